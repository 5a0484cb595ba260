import { createTestClock } from "@caretaker/kit";
import type { Clock } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { type StartFakeHome, startFakeHome, startFakeProcessor } from "../fake-gateway/index.ts";
import { crestron } from "../index.ts";
import { openHome, pass, testContext } from "../test-helpers.ts";

const PENDANT = "home-52066.light";
const entity = (key: string) => ({ capability: "entity.state" as const, input: { entity: key } });
const device = (key: string) => ({ capability: "device.state" as const, input: { device: key } });
const room = (key: string) => ({ capability: "room.state" as const, input: { room: key } });
const off = (key: string) => ({ capability: "room.off" as const, input: { room: key }, attemptId: "attempt-1" });
const scene = (key: string) => ({ capability: "macro.run" as const, input: { macro: key }, attemptId: "attempt-1" });
const info = { capability: "gateway.info" as const, input: {} };
const lost = (events: readonly { readonly type: string }[]) => events.filter(({ type }) => type === "lost");
const refused = (options: StartFakeHome, change: Record<string, unknown>, clock?: Clock) =>
  startFakeHome(options).then(async (fake) => {
    const error = await crestron
      .connect({ ...fake.config, ...change }, testContext(clock))
      .catch((why: unknown) => why);
    await fake.close();
    return { error, fake };
  });

describe("a sign-in to Crestron Home", () => {
  it.each(["authkey", "AuthKey"] as const)("is good with a key that is called %s", async (keySpelling) => {
    await using home = await openHome({ knobs: { keySpelling } });

    expect(await home.session.read(info)).toMatchObject({ name: "Crestron Home", version: "2.000.0004" });
    expect(home.fake.logins).toBe(1);
  });

  it.each([401, 511] as const)("with a wrong token is tried once where the answer is %i", async (expiredStatus) => {
    const { error, fake } = await refused({ knobs: { expiredStatus } }, { homeToken: "wrong" });

    expect(error).toMatchObject({ code: "gateway_auth_failed", message: expect.stringMatching(/token/) });
    expect(fake.refusals).toBe(1);
  });

  it.each([500, 503] as const)("waits where it still starts and answers %i", async (bootStatus) => {
    const { error } = await refused({ knobs: { bootStatus } }, {});

    expect(error).toMatchObject({ code: "gateway_unreachable", meta: { cause: "starting" } });
  });

  it("says that something else is no Crestron Home, although it answers 200", async () => {
    const body = JSON.stringify({ description: "Crestron Pyng REST API", version: "2.000.0004" });
    const { error } = await refused({ knobs: { answers: new Map([["/login", { status: 200, body }]]) } }, {});

    expect(error).toMatchObject({ code: "gateway_unsupported" });
  });

  it.each([401, 511] as const)("that is over (%i) is renewed once for all who notice", async (expiredStatus) => {
    await using home = await openHome({ knobs: { expiredStatus } });
    home.fake.forgetKeys();

    const answers = await Promise.all([1, 2, 3].map(() => home.session.read(entity(PENDANT))));

    expect(answers.map(({ state }) => state)).toEqual(["off", "off", "off"]);
    expect(home.fake.logins).toBe(2);
  });

  it("is renewed after nine minutes, before it is over", async () => {
    const clock = createTestClock();
    await using home = await openHome({}, clock);

    await pass(clock, 9.5 * 60);
    await home.session.read(entity(PENDANT));

    expect(home.fake.logins).toBe(2);
  });

  it("that is forgotten at once ends in an error, not in a loop of sign-ins", async () => {
    const { error, fake } = await refused({ knobs: { forgetsKeys: true } }, {});

    expect(error).toMatchObject({ code: "gateway_misbehaving" });
    expect(fake.logins).toBeLessThanOrEqual(2);
  });
});

describe("a Crestron Home", () => {
  it("is told by room, with what its things do and whether they answer", async () => {
    await using home = await openHome();

    expect(home.inventory().rooms.map(({ name }) => name)).toEqual(["Whole House", "Hall", "Living room"]);
    expect(home.told(PENDANT)).toMatchObject({ state: "off", available: "online", attributes: { level: 0 } });
    expect(home.told("home-52080.shade")).toMatchObject({ state: "open", attributes: { position: 50 } });
    expect(home.told("home-53102.light-level")).toMatchObject({ state: "412" });
    expect(home.told("home-media-54001.media")).toMatchObject({ state: "on", available: "unknown" });
    expect(home.told("processor.door-home")).toMatchObject({ state: "on", available: "online" });
  });

  it.each([
    ["a live system's", false],
    ["the reference's", true],
  ])("tells of thermostats in %s words", async (_whose, hasReferenceThermostats) => {
    await using home = await openHome({ knobs: { hasReferenceThermostats } });

    expect(home.told("home-52101.climate")).toMatchObject({
      state: "cool",
      attributes: { temperature: 76, setPointCool: 77, unit: "°F" },
    });
  });

  it("keeps to itself what is private: locks, alarms, and who is at home", async () => {
    await using home = await openHome();
    const privates = home.inventory().entities.filter((one) => one.private);

    expect(privates.map(({ name, kind }) => [name, kind])).toEqual([
      ["Front door", "lock"],
      ["Alarm", "alarm"],
      ["Hall presence", "presence"],
      ["Back door", "binary_sensor"],
    ]);
    for (const { key } of privates) expect(home.told(key)?.state).toBeUndefined();
    expect(await home.session.read(entity("home-53001.lock"))).toMatchObject({
      state: "unknown",
      availability: "online",
    });
    expect(JSON.stringify(home.context.events)).not.toMatch(/Locked|Disarmed|Occupied|Closed/);
    expect(home.fake.asked.filter((line) => /doorlocks|securitydevices/.test(line))).toEqual([]);
  });

  it("says offline only of what it says offline of, and of a sensor that is unavailable", async () => {
    await using home = await openHome();
    home.fake.row("Pendant").connectionStatus = "offline";
    home.fake.row("Blind").connectionStatus = "asleep";
    home.fake.row("Hall presence").presence = "Unavailable";

    const answers = await Promise.all(
      ["home-52066", "home-52080", "home-53101", "home-52067"].map((key) => home.session.read(device(key))),
    );

    expect(answers.map(({ availability }) => availability)).toEqual(["offline", "unknown", "offline", "online"]);
  });

  it("that lacks something, and answers an unknown path with 200, is told without it", async () => {
    await using home = await openHome({ knobs: { lacks: new Set(["/shades", "/mediarooms", "/scenes"]) } });

    expect(home.told(PENDANT)).toMatchObject({ state: "off" });
    await expect(home.session.read(room("room-4"))).rejects.toMatchObject({ code: "not_available_here" });
    expect(home.context.events.filter(({ type }) => type === "garbage")).toEqual([]);
  });

  it("is asked every 15 s over one connection, and what is as it was is not told again", async () => {
    const clock = createTestClock();
    await using home = await openHome({}, clock);
    const told = home.context.events.length;
    const asked = home.fake.asked.length;

    await clock.forward("16s");
    await expect.poll(() => home.fake.asked.length).toBeGreaterThan(asked + 6);
    expect(home.context.events.length).toBe(told);

    home.fake.row("Pendant").level = 65_535;
    await expect
      .poll(async () => {
        await clock.forward("16s");
        return home.told(PENDANT)?.state;
      })
      .toBe("on");
    expect(home.fake.connections).toBe(1);
  });

  it("is followed closely for ten seconds after a command", async () => {
    const clock = createTestClock();
    await using home = await openHome({}, clock);
    await home.session.act(scene("home-52201.scene"));
    const asked = home.fake.asked.length;

    await clock.forward("2s");

    await expect.poll(() => home.fake.asked.length).toBeGreaterThan(asked + 6);
    await expect.poll(() => home.told("home-52201.scene")?.state).toBe("on");
  });

  it("that is silent is noticed within 30 s", async () => {
    const clock = createTestClock();
    await using home = await openHome({}, clock);
    for (const path of ["/devices", "/lights"]) home.fake.knobs.silent.add(path);

    await clock.forward("16s");
    await new Promise((resolve) => setTimeout(resolve, 100));
    await clock.forward("13s");

    await expect
      .poll(() => lost(home.context.events))
      .toMatchObject([{ kind: "unreachable", reason: { code: "silent" } }]);
  });
});

describe("an act through Crestron Home", () => {
  it("switches a room's picture and sound off, once, and is seen to", async () => {
    await using home = await openHome();

    expect(await home.session.act(off("room-4"))).toEqual({});

    expect(home.fake.acts).toEqual(["/mediarooms/54001/power/off"]);
    expect(await home.session.read(room("room-4"))).toEqual({ power: "off", source: null });
  });

  it.each([
    ["failure", 200, "step_failed"],
    ["failure", 400, "step_failed"],
    ["partial", 200, "gateway_misbehaving"],
  ] as const)("that ends in %s (HTTP %i) is %s", async (commands, failedStatus, code) => {
    await using home = await openHome({ knobs: { commands, failedStatus } });

    await expect(home.session.act(off("room-4"))).rejects.toMatchObject({ code });
  });

  it("renews a key that is over before it sends anything", async () => {
    await using home = await openHome();
    home.fake.forgetKeys();

    await home.session.act(off("room-4"));

    expect(home.fake.acts).toHaveLength(1);
    expect(home.fake.asked.filter((line) => line.startsWith("POST"))).toHaveLength(1);
  });

  it("runs a scene of light, and none that may lock or open", async () => {
    await using home = await openHome();

    expect(await home.session.act(scene("home-52201.scene"))).toEqual({});
    await expect(home.session.act(scene("home-52202.scene"))).rejects.toMatchObject({ code: "step_failed" });

    expect(home.fake.acts).toEqual(["/scenes/recall/52201"]);
  });
});

describe("a processor with two doors", () => {
  it("is one gateway, by both", async () => {
    await using home = await openHome({}, undefined, true);

    expect(home.inventory().devices.map(({ key }) => key)).toEqual(
      expect.arrayContaining(["processor", "program-1", "home-52066"]),
    );
    expect(await home.session.read(info)).toMatchObject({ name: "CP4-ASHDOWN", version: "2.8001.00120" });
    expect(await home.session.diagnostics()).toMatchObject({ doors: { console: "open", home: "open" } });
  });

  it("goes on by the other when one is shut, says why, and makes what is behind the shut one unknown", async () => {
    await using home = await openHome({}, undefined, true);
    home.processor?.dropClients();
    await home.processor?.goAway();

    await expect.poll(() => home.told("processor.door-console")).toMatchObject({ state: "off", available: "offline" });
    expect(home.told("program-1.file")).toMatchObject({ available: "unknown" });
    expect(home.told(PENDANT)).toMatchObject({ available: "online" });
    expect(await home.session.read(info)).toMatchObject({ name: "Crestron Home" });
    await expect(home.session.read(device("program-1"))).rejects.toMatchObject({
      code: "gateway_unreachable",
      meta: { isSent: false },
    });
    expect(lost(home.context.events)).toEqual([]);
  });

  it("begins by one where the other cannot be reached, and tries that again every minute", async () => {
    const clock = createTestClock();
    await using fake = await startFakeHome();
    await using processor = await startFakeProcessor();
    await processor.goAway();
    const context = testContext(clock);
    const session = await crestron.connect({ ...processor.config, ...fake.config }, context);
    expect(await session.diagnostics()).toMatchObject({ doors: { console: "shut", home: "open" } });
    await processor.comeBack();

    await pass(clock, 61);

    await expect.poll(() => session.diagnostics()).toMatchObject({ doors: { console: "open", home: "open" } });
    await session.close();
  });

  it("that refuses the token of one is not asked again by either", async () => {
    await using processor = await startFakeProcessor();
    const { error, fake } = await refused({}, { ...processor.config, homeToken: "wrong" });

    expect(error).toMatchObject({ code: "gateway_auth_failed" });
    expect(fake.refusals).toBe(1);
  });
});
