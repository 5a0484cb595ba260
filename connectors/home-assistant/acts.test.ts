import { setTimeout as wait } from "node:timers/promises";
import { createTestClock } from "@caretaker/kit";
import { describe, expect, it } from "vitest";
import { openHome } from "./test-helpers.ts";

const plugOf = { switch: "switch.hall_bridge_plug" };

describe("reloading an integration", () => {
  it("heals a wedged bridge, with one call", async () => {
    await using home = await openHome();
    const integration = home.key("integrations", "Hall bridge");
    home.fake.setBridge("Hall bridge", "wedged");

    const done = await home.act("integration.reload", { integration });

    expect(done).toEqual({ contextId: expect.stringMatching(/^\w{26}$/) });
    expect(home.fake.countActs("homeassistant", "reload_config_entry", { entry_id: integration })).toBe(1);
    expect(await home.read("integration.state", { integration })).toMatchObject({ state: "loaded", unavailable: 0 });
  });

  it("is done also where it did not help: its verify tells", async () => {
    await using home = await openHome();
    const integration = home.key("integrations", "Hall bridge");
    home.fake.setBridge("Hall bridge", "dead");

    await home.act("integration.reload", { integration });

    expect(await home.read("integration.state", { integration })).toMatchObject({
      state: "setup_retry",
      reason: "Hall bridge did not answer at 192.0.2.10 within 5 seconds",
      unavailable: 8,
    });
  });

  it("is refused plainly to a token without rights, and nothing happened", async () => {
    await using home = await openHome({ isAdmin: false });
    const integration = home.key("integrations", "Hall bridge");

    await expect(home.act("integration.reload", { integration })).rejects.toMatchObject({
      code: "step_failed",
      message: expect.stringMatching(/no administrator/),
    });
  });

  it("leaves open whether it happened when the line is lost meanwhile", async () => {
    await using home = await openHome();
    home.fake.knobs.slowCommands.set("call_service", 5000);
    const acting = home
      .act("integration.reload", { integration: home.key("integrations", "Hall bridge") })
      .catch((error) => error);
    await wait(30);
    home.fake.dropClients();

    expect(await acting).toMatchObject({ code: "gateway_lost" });
    expect((await acting).meta.isSent).not.toBe(false);
  });

  it("leaves open whether it happened when Home Assistant itself does not know", async () => {
    await using home = await openHome();
    home.fake.knobs.errors.set("call_service", { code: "timeout", message: "Timeout" });

    await expect(
      home.act("integration.reload", { integration: home.key("integrations", "Hall bridge") }),
    ).rejects.toMatchObject({ code: "gateway_misbehaving" });
  });
});

describe("switching power", () => {
  it("goes off, waits as long as it was told, and on again", async () => {
    const clock = createTestClock();
    await using home = await openHome({}, clock);
    home.fake.setBridge("Hall bridge", "dead");
    const acting = home.act("power.cycle", { switch: home.key("entities", plugOf.switch), off: 10 });
    await expect.poll(() => home.fake.state(plugOf.switch)).toBe("off");
    await wait(30);

    await clock.forward("9s");
    expect(home.fake.state(plugOf.switch)).toBe("off");
    await clock.forward("1s");
    await acting;

    expect(home.fake.acts.map(({ service, data }) => [service, data])).toEqual([
      ["turn_off", { entity_id: plugOf.switch }],
      ["turn_on", { entity_id: plugOf.switch }],
    ]);
    expect(home.fake.state(plugOf.switch)).toBe("on");
  });

  it("brings a dead bridge back once it is reloaded", async () => {
    await using home = await openHome();
    const integration = home.key("integrations", "Hall bridge");
    const device = home.key("devices", "Hall bridge");
    home.fake.setBridge("Hall bridge", "dead");
    await expect.poll(() => home.read("device.state", { device })).toMatchObject({ availability: "offline" });

    await home.act("power.cycle", { switch: home.key("entities", plugOf.switch), off: 1 });
    await home.act("integration.reload", { integration });

    expect(await home.read("device.state", { device })).toMatchObject({ availability: "online" });
  });

  it("tries to switch on again when that fails, so that no home is left dark", async () => {
    const clock = createTestClock();
    await using home = await openHome({}, clock);
    const acting = home.act("power.cycle", { switch: home.key("entities", plugOf.switch), off: 1 });
    await expect.poll(() => home.fake.acts.length).toBe(1);
    await wait(30);
    home.fake.knobs.errors.set("call_service", { code: "home_assistant_error", message: "no answer from the plug" });
    await clock.forward("1s");
    await wait(30);
    home.fake.knobs.errors.clear();
    await clock.forward("3s");
    await acting;

    expect(home.fake.state(plugOf.switch)).toBe("on");
    expect(home.fake.countActs("switch", "turn_off")).toBe(1);
  });

  it("says that it was left off when it cannot be switched on", async () => {
    const clock = createTestClock();
    await using home = await openHome({}, clock);
    const acting = home
      .act("power.cycle", { switch: home.key("entities", plugOf.switch), off: 1 })
      .catch((error) => error);
    await expect.poll(() => home.fake.acts.length).toBe(1);
    await wait(30);
    home.fake.knobs.errors.set("call_service", { code: "home_assistant_error", message: "no answer from the plug" });
    for (let round = 0; round < 4; round += 1) {
      await clock.forward("3s");
      await wait(30);
    }

    expect(await acting).toMatchObject({ code: "gateway_misbehaving", meta: { cause: "left_off" } });
  });

  it("does not touch a switch that does not answer: Home Assistant would say that all went well", async () => {
    await using home = await openHome();
    home.fake.setState(plugOf.switch, "unavailable");
    await expect
      .poll(() => home.read("entity.state", { entity: home.key("entities", plugOf.switch) }))
      .toMatchObject({ availability: "offline" });

    await expect(
      home.act("power.cycle", { switch: home.key("entities", plugOf.switch), off: 5 }),
    ).rejects.toMatchObject({
      code: "step_failed",
      message: expect.stringMatching(/does not answer/),
    });
    expect(home.fake.acts).toEqual([]);
  });

  it.each(["light.hall_lamp", "binary_sensor.hall_bridge_connected", "button.hall_bridge_restart"])(
    "does not touch %s, which is no switch",
    async (label) => {
      await using home = await openHome();

      await expect(home.act("power.on", { switch: home.key("entities", label) })).rejects.toMatchObject({
        code: "step_failed",
      });
      expect(home.fake.acts).toEqual([]);
    },
  );
});

describe("restarting Home Assistant", () => {
  it("is done when the line closes before an answer, and the loss is told as a restart", async () => {
    await using home = await openHome();

    expect(await home.act("gateway.restart", {})).toEqual({});

    expect(home.fake.countActs("homeassistant", "restart")).toBe(1);
    await expect.poll(() => home.context.events.at(-1)).toMatchObject({ type: "lost", kind: "restarting" });
  });

  it("did not happen when Home Assistant refuses, and a later loss is a loss", async () => {
    await using home = await openHome();
    home.fake.knobs.errors.set("call_service", {
      code: "home_assistant_error",
      message: "The configuration is invalid",
    });

    await expect(home.act("gateway.restart", {})).rejects.toMatchObject({
      code: "step_failed",
      message: expect.stringContaining("configuration is invalid"),
    });
    home.fake.dropClients();

    await expect.poll(() => home.context.events.at(-1)).toMatchObject({ type: "lost", kind: "unreachable" });
  });
});

describe("refreshing an entity", () => {
  it("asks Home Assistant to look again", async () => {
    await using home = await openHome();

    await home.act("entity.refresh", { entity: home.key("entities", "light.hall_lamp") });

    expect(home.fake.countActs("homeassistant", "update_entity", { entity_id: "light.hall_lamp" })).toBe(1);
  });
});

describe("what is nothing that can be done", () => {
  it.each(["lock.unlock", "switch.toggle", "constructor", "toString", "__proto__"])(
    "is refused, and nothing is sent: %s",
    async (capability) => {
      await using home = await openHome();
      const plug = { switch: home.key("entities", plugOf.switch) };

      await expect(home.act(capability as never, plug as never)).rejects.toMatchObject({ code: "not_available_here" });
      await expect(home.read(capability as never, plug as never)).rejects.toMatchObject({ code: "not_available_here" });
      expect(home.fake.acts).toEqual([]);
    },
  );
});
