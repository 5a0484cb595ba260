import { setTimeout as wait } from "node:timers/promises";
import { createTestClock } from "@caretaker/kit";
import { describe, expect, it } from "vitest";
import { buildHome, GARBAGE, startFakeHomeAssistant, testHome } from "./fake-gateway/index.ts";
import { homeAssistant } from "./index.ts";
import { openHome, testContext } from "./test-helpers.ts";

describe("a session", () => {
  it("tells a change in the key that the inventory has", async () => {
    await using home = await openHome();
    const key = home.key("entities", "light.hall_lamp");

    home.fake.setState("light.hall_lamp", "on");

    await expect
      .poll(() => home.context.events.at(-1))
      .toMatchObject({ type: "states", full: false, changes: [{ key, state: "on", available: "online" }] });
  });

  it("tells the things of a wedged bridge as offline, and its integration as running", async () => {
    await using home = await openHome();
    home.fake.setBridge("Hall bridge", "wedged");
    const key = home.key("entities", "light.hall_lamp");
    const changes = () =>
      home.context.events.flatMap((event) => (event.type === "states" && !event.full ? event.changes : []));

    await expect.poll(changes).toContainEqual(expect.objectContaining({ key, available: "offline" }));

    expect(home.context.events.some((event) => event.type === "integrations")).toBe(false);
  });

  it("tells what becomes of an integration, and that somebody has to sign in", async () => {
    await using home = await openHome();
    const key = home.key("integrations", "Hall bridge");
    home.fake.setBridge("Hall bridge", "auth");

    await home.act("integration.reload", { integration: key });

    await expect
      .poll(() => home.context.events.at(-1))
      .toEqual({
        type: "integrations",
        integrations: [expect.objectContaining({ key, state: "setup_error", needsSignIn: true })],
      });
  });

  it("tells a thing that came later under the key that it was registered with", async () => {
    const clock = createTestClock();
    const home = await openHome({}, clock);
    await using _ = home;
    home.fake.house.states.show("light.new", "on", { friendly_name: "New" });
    await expect
      .poll(() => home.context.events.at(-1))
      .toMatchObject({ type: "states", changes: [{ key: "light.new" }] });

    await clock.forward("31s");

    await expect.poll(() => home.inventory().entities.some(({ label }) => label === "light.new")).toBe(true);
  });

  it("asks for the registries once for a burst of changes, and not again for half a minute", async () => {
    const clock = createTestClock();
    await using home = await openHome({}, clock);
    const asked = () => home.fake.counters.commands["config/entity_registry/list"];
    for (let count = 0; count < 20; count += 1) home.fake.house.fire("entity_registry_updated");
    await wait(50);

    await clock.forward("29s");
    expect(asked()).toBe(1);
    await clock.forward("2s");
    await expect.poll(asked).toBe(2);

    for (let count = 0; count < 20; count += 1) home.fake.house.fire("device_registry_updated");
    await wait(50);
    await clock.forward("5s");
    expect(asked()).toBe(2);
    await clock.forward("30s");
    await expect.poll(asked).toBe(3);
  });

  it("asks again for registries that changed while they were read", async () => {
    const clock = createTestClock();
    await using home = await openHome({}, clock);
    const asked = () => home.fake.counters.commands["config/entity_registry/list"];
    home.fake.knobs.slowCommands.set("config/entity_registry/list", 60);
    home.fake.house.fire("entity_registry_updated");
    await wait(30);
    await clock.forward("31s");
    await expect.poll(asked).toBe(2);
    home.fake.house.fire("entity_registry_updated");
    await wait(100);

    await clock.forward("31s");

    await expect.poll(asked).toBe(3);
  });

  it("knows a restart from a loss when somebody else asked for it", async () => {
    await using home = await openHome();
    home.fake.house.fire("call_service", { domain: "homeassistant", service: "restart", service_data: {} });
    await wait(30);

    void home.fake.restart();

    await expect
      .poll(() => home.context.events.at(-1))
      .toEqual({ type: "lost", kind: "restarting", reason: { code: "restarting" } });
  });

  it("knows a restart from a loss when an old Home Assistant announces it", async () => {
    await using home = await openHome({ version: "2024.3.3" });

    void home.fake.restart();

    await expect.poll(() => home.context.events.at(-1)).toMatchObject({ type: "lost", kind: "restarting" });
    expect(home.context.events.at(-2)).toMatchObject({ type: "gateway", state: "stopping" });
  });

  it("tells that Home Assistant starts, and when it runs", async () => {
    const fake = await startFakeHomeAssistant({
      knobs: { restartStartingMilliseconds: 400, restartDownMilliseconds: 0 },
    });
    void fake.restart();
    await expect.poll(() => fake.house.core, { interval: 5 }).toBe("STARTING");
    const clock = createTestClock();
    const context = testContext(clock);
    let session: Awaited<ReturnType<typeof homeAssistant.connect>> | undefined;
    await expect
      .poll(async () => {
        session = await homeAssistant.connect({ url: fake.url, token: fake.token }, context).catch(() => undefined);
        return session;
      })
      .toBeDefined();
    const states = () => context.events.flatMap((event) => (event.type === "gateway" ? [event.state] : []));
    expect(states()).toEqual(["starting"]);
    await expect(session?.read({ capability: "integration.list", input: {} })).rejects.toMatchObject({
      code: "gateway_lost",
      meta: { cause: "starting" },
    });

    await expect.poll(() => fake.house.core).toBe("RUNNING");
    await clock.forward("2s");

    await expect.poll(states).toEqual(["starting", "running"]);
    await session?.close();
    await fake.close();
  });

  it("finds a line that was cut without a word within 25 seconds", async () => {
    const clock = createTestClock();
    await using home = await openHome({}, clock);
    await clock.forward("15s");
    await wait(30);
    home.fake.cutLine();

    await clock.forward("14s");
    expect(home.context.events.at(-1)?.type).not.toBe("lost");
    await clock.forward("11s");

    await expect
      .poll(() => home.context.events.at(-1))
      .toEqual({ type: "lost", kind: "unreachable", reason: { code: "silent" } });
  });

  it("stays with a home that is too busy to answer a ping but goes on talking", async () => {
    const clock = createTestClock();
    await using home = await openHome({ knobs: { silentCommands: new Set(["ping"]) } }, clock);

    for (let count = 0; count < 10; count += 1) {
      await clock.forward("10s");
      home.fake.setState("light.hall_lamp", count % 2 === 0 ? "on" : "off");
      await wait(20);
    }

    expect(home.context.events.at(-1)?.type).toBe("states");
  });

  it.each(GARBAGE.filter((kind) => !["huge", "invalid_utf8", "unknown_result"].includes(kind)))(
    "counts %s, says so once and lives on",
    async (kind) => {
      await using home = await openHome();
      home.fake.sendGarbage(kind);
      home.fake.sendGarbage(kind);
      const garbage = () => home.context.events.filter((event) => event.type === "garbage").length;
      await expect.poll(garbage).toBeGreaterThan(0);

      home.fake.setState("light.hall_lamp", "on");

      await expect.poll(() => home.context.events.at(-1)).toMatchObject({ type: "states", changes: [{ state: "on" }] });
      expect(home.context.logged.filter(({ level }) => level === "warn")).toHaveLength(1);
      expect(await home.read("gateway.info", {})).toMatchObject({ state: "running" });
    },
  );

  it.each([
    ["huge", "bad_frame"],
    ["invalid_utf8", "bad_frame"],
  ] as const)("ends on a frame that is %s, as one that misbehaves", async (kind, code) => {
    await using home = await openHome();
    const before = process.memoryUsage().rss;

    home.fake.sendGarbage(kind);

    await expect
      .poll(() => home.context.events.at(-1))
      .toMatchObject({ type: "lost", kind: "misbehaving", reason: { code } });
    expect(process.memoryUsage().rss - before).toBeLessThan(120 * 1024 * 1024);
  });

  it("ends when there is nothing but garbage", async () => {
    await using home = await openHome();

    for (let count = 0; count < 220; count += 1) home.fake.sendGarbage("invalid_json");

    await expect
      .poll(() => home.context.events.at(-1))
      .toMatchObject({ type: "lost", kind: "misbehaving", reason: { code: "garbage" } });
  });

  it("understands several messages in one frame, and one in each", async () => {
    for (const coalesces of [true, false]) {
      await using home = await openHome({ knobs: { coalesces } });
      home.fake.setBridge("Hall bridge", "wedged");
      const changed = () =>
        home.context.events.flatMap((event) => (event.type === "states" && !event.full ? event.changes : []));

      await expect.poll(() => changed().length).toBe(7);
    }
  });

  it("says nothing of what is left over in the registry, neither that it answers nor that it does not", async () => {
    const home = testHome();
    const fake = await startFakeHomeAssistant({ home });
    fake.house.states.show("light.garden_lamp", "unavailable", { restored: true, friendly_name: "Left over" });
    const context = testContext();
    const session = await homeAssistant.connect({ url: fake.url, token: fake.token }, context);
    const told = context.events.find((event) => event.type === "states");
    const inventory = context.events.find((event) => event.type === "inventory");
    if (told?.type !== "states" || inventory?.type !== "inventory") throw new Error("Nothing was told");
    const key = inventory.inventory.entities.find(({ label }) => label === "light.garden_lamp")?.key;
    const integration = inventory.inventory.integrations.find(({ name }) => name === "Garden bridge")?.key ?? "";

    expect(told.changes.find((change) => change.key === key)).toMatchObject({ available: "unknown" });
    expect(await session.read({ capability: "integration.state", input: { integration } })).toMatchObject({
      unavailable: 0,
      entities: 7,
    });
    await session.close();
    await fake.close();
  });

  it.each([
    ["config/device_registry/list", "says no to its registry"],
    ["get_config", "says no to its configuration"],
    ["subscribe_entities", "says no to its states"],
  ])("is not opened by a home that lets us in and %s: %s", async (command) => {
    const fake = await startFakeHomeAssistant();
    fake.knobs.errors.set(command, { code: "home_assistant_error", message: "Something broke" });

    await expect(homeAssistant.connect({ url: fake.url, token: fake.token }, testContext())).rejects.toMatchObject({
      code: "gateway_misbehaving",
    });
    await expect.poll(() => fake.clients).toBe(0);
    await fake.close();
  });

  it("is not opened, and not lost either, when the line breaks before the home was told", async () => {
    const fake = await startFakeHomeAssistant({ knobs: { silentCommands: new Set(["config/area_registry/list"]) } });
    const context = testContext();
    const opening = homeAssistant.connect({ url: fake.url, token: fake.token }, context).catch((error) => error);
    await expect.poll(() => fake.counters.commands.subscribe_entities).toBe(1);

    fake.dropClients();

    expect(await opening).toMatchObject({ code: "gateway_lost" });
    expect(context.events).toEqual([]);
    await fake.close();
  });

  it("is not opened by a home that never sends its states", async () => {
    const clock = createTestClock();
    const fake = await startFakeHomeAssistant({ knobs: { silentCommands: new Set(["subscribe_entities"]) } });
    const opening = homeAssistant
      .connect({ url: fake.url, token: fake.token }, testContext(clock))
      .catch((error) => error);
    await expect.poll(() => fake.counters.commands.subscribe_entities).toBe(1);
    await wait(50);

    await clock.forward("45s");

    expect(await opening).toMatchObject({ code: "gateway_timeout" });
    await fake.close();
  });

  it("makes do with what a Home Assistant lacks or does not let us see", async () => {
    const fake = await startFakeHomeAssistant({ isAdmin: false, version: "2024.3.3" });
    for (const command of ["config/floor_registry/list", "config_entries/subscribe"])
      fake.knobs.unknownCommands.add(command);
    const context = testContext();

    const session = await homeAssistant.connect({ url: fake.url, token: fake.token }, context);

    expect(context.events.slice(0, 3).map(({ type }) => type)).toEqual(["gateway", "inventory", "states"]);
    expect(context.events[0]).toMatchObject({ isAdmin: false });
    await session.close();
    await fake.close();
  });

  it("sees an empty home", async () => {
    await using home = await openHome({ home: buildHome() });

    expect(home.inventory()).toEqual({ rooms: [], integrations: [], devices: [], entities: [] });
  });

  it("leaves no timer and no promise behind", async () => {
    const rejections: unknown[] = [];
    const handle = (error: unknown): void => {
      rejections.push(error);
    };
    process.on("unhandledRejection", handle);
    const clock = createTestClock();
    const home = await openHome(
      { knobs: { silentCommands: new Set(["repairs/list_issues", "unsubscribe_events"]) } },
      clock,
    );
    const answers = Promise.allSettled([
      home.read("repairs.list", {}),
      home.read("backup.info", {}),
      home.session.diagnostics(),
    ]);
    await wait(20);

    await home.session.close();
    await clock.forward("3s");
    const settled = await answers;
    await wait(50);

    expect(settled.map(({ status }) => status)).toContain("rejected");
    expect(clock.pending()).toBe(0);
    expect(rejections).toEqual([]);
    process.off("unhandledRejection", handle);
    await home.fake.close();
  });
});
