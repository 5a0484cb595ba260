import type { House } from "./house.ts";

/**
 * A home that is lived in: now and then somebody walks past a sensor, a lamp is switched, a room gets warmer. For a demo,
 * so that a screen has something to show. Returns what ends it.
 */
export function liveIn(house: House, everyMilliseconds = 1500): () => void {
  const timer = setInterval(() => {
    const ids = house.home.entities.filter(isLively).map(({ id }) => id);
    const id = ids[Math.floor(Math.random() * ids.length)];
    if (id !== undefined) happen(house, id);
  }, everyMilliseconds);
  timer.unref();
  return () => clearInterval(timer);
}

function isLively({ id, attributes, category }: House["home"]["entities"][number]): boolean {
  if (category !== undefined) return false;
  const isMeasured = ["temperature", "humidity", "power"].includes(String(attributes.device_class));
  return id.startsWith("light.") || (id.startsWith("sensor.") && isMeasured) || attributes.device_class === "motion";
}

function happen(house: House, id: string): void {
  const state = house.live(id) ?? "";
  if (id.startsWith("sensor.")) {
    const value = Number.parseFloat(state);
    if (Number.isFinite(value)) house.change(id, Math.max(0, value + (Math.random() - 0.5) * 0.4).toFixed(1));
    return;
  }
  const isOn = state !== "on";
  if (id.startsWith("light."))
    house.change(id, isOn ? "on" : "off", isOn ? { brightness: 40 + Math.floor(Math.random() * 200) } : {});
  else house.change(id, isOn ? "on" : "off");
}
