import { createTestClock, type TestContext } from "@caretaker/kit";
import type { GatewaySession } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeHomeAssistant, startFakeHomeAssistant } from "./fake-gateway/index.ts";
import { homeAssistant } from "./index.ts";
import { openHome, testContext } from "./test-helpers.ts";

/** A home that the hub has seen before: it comes back with what was remembered. */

let fake: FakeHomeAssistant;
let keys: Map<string, string>;
const clock = createTestClock();

beforeEach(async () => {
  await using first = await openHome();
  keys = new Map(first.inventory().entities.map(({ label, key }) => [label, key]));
  fake = await startFakeHomeAssistant();
});

afterEach(() => fake.close());

async function comeBack(
  remembered: ReadonlyMap<string, string> = keys,
): Promise<{ session: GatewaySession; context: TestContext }> {
  const context = { ...testContext(clock), remembered: () => remembered };
  return { session: await homeAssistant.connect({ url: fake.url, token: fake.token }, context), context };
}

const asked = (): number => fake.counters.commands["config/entity_registry/list"] ?? 0;

describe("a home that is remembered", () => {
  it("is there with its states before its registries are read", async () => {
    const { session, context } = await comeBack();

    expect(context.events.map(({ type }) => type)).toEqual(["gateway", "states"]);
    expect(context.events[1]).toMatchObject({ full: true });
    expect(JSON.stringify(context.events[1])).toContain(keys.get("light.hall_lamp"));
    expect(asked()).toBe(0);
    await session.close();
  });

  it("is looked at anew within twenty seconds, once", async () => {
    const { session, context } = await comeBack();

    await clock.forward("20s");

    await expect.poll(() => context.events.map(({ type }) => type)).toEqual(["gateway", "states", "inventory"]);
    expect(asked()).toBe(1);
    await session.close();
  });

  it("tells under its right key what was remembered under a wrong one", async () => {
    const wrong = new Map([...keys, ["light.hall_lamp", keys.get("light.garden_lamp") ?? ""]]);
    const { session, context } = await comeBack(wrong);

    await clock.forward("20s");

    await expect
      .poll(() => context.events.at(-1))
      .toMatchObject({ type: "states", full: false, changes: [{ key: keys.get("light.hall_lamp"), state: "off" }] });
    await session.close();
  });

  it("is not acted on by what is remembered: a key that means another switch by now switches that one", async () => {
    const swapped = new Map([
      ...keys,
      ["switch.hall_bridge_plug", keys.get("switch.garden_bridge_plug") ?? ""],
      ["switch.garden_bridge_plug", keys.get("switch.hall_bridge_plug") ?? ""],
    ]);
    const { session } = await comeBack(swapped);

    await session.act({
      capability: "power.on",
      input: { switch: keys.get("switch.hall_bridge_plug") ?? "" },
      attemptId: "a",
    });

    expect(fake.acts.map(({ data }) => data)).toEqual([{ entity_id: "switch.hall_bridge_plug" }]);
    await session.close();
  });

  it("is not read by what is remembered either", async () => {
    const { session } = await comeBack();

    expect(await session.read({ capability: "integration.list", input: {} })).toMatchObject({ ill: 0 });

    expect(asked()).toBe(1);
    await session.close();
  });

  it("is not acted on where its registries cannot be read: nothing was sent", async () => {
    fake.knobs.errors.set("config/device_registry/list", { code: "home_assistant_error", message: "no" });
    const { session } = await comeBack();

    await expect(
      session.act({
        capability: "power.on",
        input: { switch: keys.get("switch.hall_bridge_plug") ?? "" },
        attemptId: "a",
      }),
    ).rejects.toMatchObject({ code: "gateway_misbehaving", meta: { isSent: false } });
    expect(fake.acts).toEqual([]);
    await session.close();
  });

  it("is looked at again when that failed", async () => {
    fake.knobs.errors.set("config/device_registry/list", { code: "home_assistant_error", message: "no" });
    const { session, context } = await comeBack();
    await clock.forward("20s");
    await expect.poll(() => context.logged.filter(({ level }) => level === "warn").length).toBeGreaterThan(0);
    fake.knobs.errors.clear();

    await clock.forward("20s");

    await expect.poll(() => context.events.some(({ type }) => type === "inventory")).toBe(true);
    await session.close();
  });
});
