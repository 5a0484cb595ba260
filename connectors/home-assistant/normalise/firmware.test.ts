import { describe, expect, it } from "vitest";
import { LiveEntity } from "../home/entity.ts";
import type { KnownDevice } from "../home/home.ts";
import { LastSaid } from "../home/last-said.ts";
import { firmwareOf } from "./firmware.ts";

const said = new LastSaid();

function update(state: string, attributes: LiveEntity["attributes"], device?: string): LiveEntity {
  const entity = new LiveEntity("update.it", "it", said);
  entity.state = state;
  entity.attributes = attributes;
  entity.device = device;
  return entity;
}

const device = (id: string, firmware: string | null): KnownDevice => ({
  id,
  name: `Device ${id}`,
  firmware,
  entries: [],
  upstream: null,
});

describe("which software runs in a Home Assistant", () => {
  it("begins with itself, and with what is newer where its supervisor says so", () => {
    const core = update("on", {
      title: "Home Assistant Core",
      installed_version: "2026.10.4",
      latest_version: "2026.11.0",
    });

    expect(firmwareOf("2026.10.4", [], [core])).toEqual({
      firmware: [{ name: "Home Assistant Core", version: "2026.10.4", newer: "2026.11.0" }],
      outdated: 1,
    });
  });

  it("says of a device with an update what that says, and of another what its registry has", () => {
    const waiting = update("on", { installed_version: "1.2.0", latest_version: "1.3.0" }, "a");

    const { firmware } = firmwareOf("1", [device("a", "1.1"), device("b", "7"), device("c", null)], [waiting]);

    expect(firmware.slice(1)).toEqual([
      { name: "Device a", version: "1.2.0", newer: "1.3.0", device: "a" },
      { name: "Device b", version: "7", newer: null, device: "b" },
    ]);
  });

  it.each([
    ["that is as new as it gets", "off", { installed_version: "1.3.0", latest_version: "1.3.0" }],
    ["whose newer version somebody skips", "off", { installed_version: "1.2.0", latest_version: "1.3.0" }],
    ["that does not say which is the latest", "on", { installed_version: "1.2.0", latest_version: null }],
  ])("knows of nothing newer for one %s", (_which, state, attributes) => {
    expect(firmwareOf("1", [], [update(state, attributes)])).toMatchObject({ outdated: 0 });
  });

  it("passes over an update that does not say what is installed", () => {
    const { firmware } = firmwareOf("1", [device("a", "7")], [update("unavailable", {}, "a")]);

    expect(firmware.slice(1)).toEqual([{ name: "Device a", version: "7", newer: null, device: "a" }]);
  });
});
