import { setTimeout as wait } from "node:timers/promises";
import { createTestClock } from "@caretaker/kit";
import { describe, expect, it } from "vitest";
import type { HomePlan } from "./fake-gateway/index.ts";
import { testHome } from "./fake-gateway/index.ts";
import { openHome } from "./test-helpers.ts";

const lost = (home: Awaited<ReturnType<typeof openHome>>) => home.events.find((event) => event.type === "lost");

describe("the software of the controller", () => {
  const list = { capability: "firmware.list" as const, input: {} };

  it("is what the account says, and of the controller where there is one", async () => {
    await using home = await openHome();

    expect(await home.session.read(list)).toEqual({
      firmware: [{ name: "Control4 core3", version: "3.4.3.741643-res", newer: null, device: "100" }],
      outdated: 0,
    });
  });

  it("is not known where the account does not say it", async () => {
    await using home = await openHome({ home: { ...testHome(), osVersion: "" } });

    await expect(home.session.read(list)).rejects.toMatchObject({
      code: "not_available_here",
      message: expect.stringContaining("does not say"),
    });
  });
});

describe("the link of a device", () => {
  it("is shown as the controller says it, without what is secret, and asked for where an item lists it", async () => {
    await using home = await openHome();
    home.fake.house.links.set("3177/network", [{ hops: 2, via: "Hall keypad" }]);
    home.fake.house.links.set("3177/zigbee", { lqi: 71, ssid: "Marsh" });

    const pendants = await home.read("device.link", { device: home.key("devices", "Hall pendants") });

    expect(pendants).toEqual({
      said: [
        { of: "item 3177: network", text: '[{"hops":2,"via":"Hall keypad"}]' },
        { of: "item 3177: zigbee", text: '{"lqi":71,"ssid":[secret]}' },
      ],
      parts: 2,
    });
    const television = await home.read("device.link", { device: home.key("devices", "Television") });
    expect(television).toEqual({ said: [], parts: 0 });
    expect(home.fake.counters.paths.filter((path) => path.endsWith("/zigbee"))).toEqual([
      "GET /api/v1/items/3177/zigbee",
    ]);
  });

  it("is no longer than can be read, and nothing where the controller has nothing there", async () => {
    await using home = await openHome();
    home.fake.house.links.set("3177/network", "x".repeat(100_000));

    const { said } = (await home.read("device.link", { device: home.key("devices", "Hall pendants") })) as {
      said: { text: string }[];
    };

    expect(said).toHaveLength(1);
    expect(said[0]?.text.length).toBe(2000);
  });

  it("is not asked for of a lock, an alarm or a camera", async () => {
    await using home = await openHome();

    for (const name of ["Front door", "Alarm panel"])
      await expect(home.read("device.link", { device: home.key("devices", name) })).rejects.toMatchObject({
        code: "not_available_here",
      });

    expect(home.fake.counters.paths.filter((path) => /network|zigbee/.test(path))).toEqual([]);
  });
});

describe("what is pushed", () => {
  it("is told once as what it settles at, however many pieces and copies it comes in", async () => {
    await using home = await openHome({ knobs: { sendsTwice: true, sendsArrays: true, sendsStatus: true } });
    const pendants = home.fake.house.find("Hall pendants").row.id;
    const before = home.events.length;

    home.fake.house.say(pendants, { light_brightness_changing: { light_brightness_current: 70 } });
    home.fake.house.set(pendants, "LIGHT_LEVEL", 40);
    home.fake.house.say(pendants, { light_brightness_changed: { light_brightness_current: 40 } });
    await expect.poll(() => home.state("Hall pendants").state).toBe("on");
    await wait(100);

    const changes = home.events.slice(before).flatMap((event) => (event.type === "states" ? event.changes : []));
    expect(changes).toMatchObject([{ state: "on", attributes: { brightness: 102 } }]);
    expect(home.fake.push.probed).toBe(1);
    await expect.poll(() => home.fake.push.acknowledged).toBeGreaterThan(0);
  });

  it("of a device that stops answering makes it offline, and online again", async () => {
    await using home = await openHome();
    home.fake.house.say(home.fake.house.find("Thermostat").row.id, { is_connected: false });
    await expect.poll(() => home.state("Thermostat").available).toBe("offline");

    home.fake.house.say(home.fake.house.find("Thermostat").row.id, { is_connected: true });

    await expect.poll(() => home.state("Thermostat").available).toBe("online");
  });

  it("and not understood has the item looked at, and the whole home only then and now", async () => {
    await using home = await openHome();
    const blind = home.fake.house.find("Bedroom blind");
    blind.variables.set("Level", 0);
    expect(home.state("Bedroom blind").state).toBe("open");

    home.fake.house.say(blind.row.id, { something_new: { a: 1 } });

    await expect.poll(() => home.state("Bedroom blind").state).toBe("closed");
  });

  it("in a hundred wrong ways is counted and survived", async () => {
    await using home = await openHome();
    const deep = JSON.parse(`${'{"a":'.repeat(500)}1${"}".repeat(500)}`) as unknown;
    const wrong = [
      null,
      7,
      "x",
      [],
      {},
      [null],
      [[1]],
      { iddevice: "x" },
      { iddevice: 3177 },
      { iddevice: 3177, data: 7 },
      deep,
    ];
    for (let round = 0; round < 20; round += 1) for (const payload of wrong) home.fake.push.sendRaw(payload);
    home.fake.push.sendRaw({ iddevice: 3177, data: { LIGHT_LEVEL: { a: 1 }, __proto__: 1, constructor: 2 } });

    home.fake.house.set(home.fake.house.find("Hall pendants").row.id, "LIGHT_LEVEL", 0);

    await expect.poll(() => home.state("Hall pendants").state).toBe("off");
    expect(home.events.filter((event) => event.type === "garbage").length).toBeGreaterThan(100);
    expect(lost(home)).toBeUndefined();
  });
});

describe("a device that its driver says nothing of", () => {
  it("is neither online nor offline", async () => {
    await using home = await openHome();

    expect(await home.read("device.state", { device: home.key("devices", "Television") })).toMatchObject({
      availability: "unknown",
    });
  });

  it("and one that went without a word is found by asking for it", async () => {
    await using home = await openHome();
    home.fake.house.setOnline("Video matrix", false);

    expect(await home.read("device.state", { device: home.key("devices", "Video matrix") })).toMatchObject({
      availability: "offline",
      unavailable: 2,
    });
    expect(home.state("Video matrix").available).toBe("offline");
  });
});

describe("a token", () => {
  it("that was taken back is renewed once, and nobody notices", async () => {
    await using home = await openHome();
    home.fake.revokeTokens();
    const before = home.fake.counters.tokens;

    await Promise.all([1, 2, 3].map(() => home.read("gateway.info", {})));

    expect(home.fake.counters.tokens - before).toBe(1);
  });

  it("is renewed before its end, and the news keep coming on a channel of the new one", async () => {
    await using home = await openHome({ knobs: { tokenLifetimeSeconds: 2 } });
    await wait(2600);

    home.fake.house.set(home.fake.house.find("Hall pendants").row.id, "LIGHT_LEVEL", 0);

    await expect.poll(() => home.state("Hall pendants").state).toBe("off");
    expect(home.fake.counters.tokens).toBeGreaterThan(1);
    expect(lost(home)).toBeUndefined();
  });

  it("that ended while the account could not be asked ends the session: the Director has stopped telling", async () => {
    await using home = await openHome({ knobs: { tokenLifetimeSeconds: 2 } });
    home.fake.knobs.isAccountDown = true;

    await expect
      .poll(() => lost(home), { timeout: 6000 })
      .toMatchObject({ kind: "unreachable", reason: { code: "token_ended" } });
  });

  it("that the account gives nobody any more ends the session for good", async () => {
    await using home = await openHome({ knobs: { tokenLifetimeSeconds: 2 } });
    home.fake.account.password = "changed";

    await expect
      .poll(() => lost(home), { timeout: 6000 })
      .toMatchObject({ kind: "refused", reason: { code: "credentials_refused" } });
    expect(home.fake.counters.loginsRefused).toBe(1);
  });

  it("that is refused although it is fresh means software that lets nobody in: said once", async () => {
    const error = await openHome({ knobs: { rejectsFreshTokens: true } }).catch((failure: unknown) => failure);

    expect(error).toMatchObject({ code: "gateway_unsupported", message: expect.stringContaining("4.2.0.753182-res") });
  });

  it("that is refused by a controller whose clock is wrong means its clock", async () => {
    const knobs = { rejectsFreshTokens: true, clockOffSeconds: -4000 };
    const error = await openHome({ knobs }).catch((failure: unknown) => failure);

    expect(error).toMatchObject({
      code: "gateway_misbehaving",
      message: expect.stringMatching(/clock is \d+ s behind/),
    });
  });
});

describe("the line", () => {
  it("that falls silent without a goodbye is given up within half a minute", async () => {
    const clock = createTestClock(new Date().toISOString());
    await using home = await openHome({ clock });
    home.fake.goSilent();

    await clock.forward("15s");
    await clock.forward("10s");
    await wait(20);

    expect(lost(home)).toMatchObject({ kind: "unreachable", reason: { code: "silent" } });
    expect(clock.pending()).toBe(0);
  });

  it("that falls silent just after it answered is given up no later", async () => {
    const clock = createTestClock(new Date().toISOString());
    await using home = await openHome({ clock });
    await clock.forward("15s");
    await wait(100);
    home.fake.goSilent();

    for (const step of ["10s", "5s", "10s"] as const) {
      await clock.forward(step);
      await wait(20);
    }

    expect(lost(home)).toMatchObject({ kind: "unreachable", reason: { code: "silent" } });
  });

  it("leaves no timer when it is closed", async () => {
    const clock = createTestClock(new Date().toISOString());
    await using home = await openHome({ clock });

    await home.session.close();

    expect(clock.pending()).toBe(0);
  });

  it("to a controller that is just starting is tried again later", async () => {
    const error = await openHome({ knobs: { isRestarting: true } }).catch((failure: unknown) => failure);

    expect(error).toMatchObject({ code: "gateway_unreachable", meta: { cause: "restarting" } });
  });
});

describe("the account", () => {
  const failing = (knobs: Parameters<typeof openHome>[0], config = {}) =>
    openHome({ ...knobs, config }).catch((failure: unknown) => failure);

  it("says a wrong password in XML as well", async () => {
    const error = await failing({ knobs: { accountSpeaksXml: true } }, { password: "wrong" });

    expect(error).toMatchObject({ code: "gateway_auth_failed", message: expect.stringContaining("Bad credentials") });
  });

  it("without a controller is said so, and not tried again", async () => {
    expect(await failing({ knobs: { hasNoController: true } })).toMatchObject({ code: "gateway_unsupported" });
  });

  it("with two asks which is meant, and takes the one that is named", async () => {
    const knobs = { hasTwoControllers: true };
    expect(await failing({ knobs })).toMatchObject({
      code: "configuration_invalid",
      message: expect.stringContaining("control4_ea1_000FFF654321"),
    });

    await using home = await openHome({ knobs, config: { controller: "control4_core3_000FFF123456" } });

    expect(home.inventory().rooms).toHaveLength(4);
  });

  it("that cannot be reached is not taken for a controller that cannot", async () => {
    expect(await failing({ knobs: { isAccountDown: true } })).toMatchObject({
      code: "gateway_unreachable",
      meta: { cause: "account_unreachable" },
    });
  });
});

describe("acts", () => {
  it("reach rooms and macros and nothing else, whatever they are told", async () => {
    await using home = await openHome();
    const keys = [...home.inventory().entities, ...home.inventory().devices, ...home.inventory().rooms].map(
      ({ key }) => key,
    );
    const tried = [...keys, "306", "307", "401", "-1", "1e3", "14/../307", "__proto__", ""];

    for (const room of tried)
      for (const source of ["307", "401", "macro-1", "60"])
        await home.act("room.select", { room, source }).catch(() => undefined);
    for (const thing of tried) {
      await home.act("room.off", { room: thing }).catch(() => undefined);
      await home.act("macro.run", { macro: thing }).catch(() => undefined);
      await home.act("entity.refresh", { entity: thing }).catch(() => undefined);
    }

    const rooms = new Set(home.inventory().rooms.map(({ key }) => Number(key)));
    expect(home.fake.acts.length).toBeGreaterThan(0);
    expect(
      home.fake.acts.filter(
        ({ item, command }) =>
          !(rooms.has(item) && ["ROOM_OFF", "SELECT_VIDEO_DEVICE"].includes(command)) &&
          !(item === 900 && command === "EXECUTE_MACRO"),
      ),
    ).toEqual([]);
  });

  it("ask the controller nothing but what is on the list", async () => {
    await using home = await openHome();
    await home.act("room.off", { room: home.key("rooms", "Living room") });
    await home.act("macro.run", { macro: home.key("entities", "Good night") });
    await home.read("room.state", { room: home.key("rooms", "Living room") });
    await home.session.diagnostics();

    const known =
      /^(GET \/api\/v1\/(items|items\/\d+|items\/\d+\/(variables|commands)|items\/(variables|datatoui)|categories\/controllers|agents\/(macros|ui_configuration))|POST \/api\/v1\/items\/\d+\/commands)$/;
    expect(home.fake.counters.paths.filter((path) => !known.test(path))).toEqual([]);
  });

  it("send nothing to an item that does not offer it", async () => {
    const plan = testHome();
    const bare: HomePlan = {
      ...plan,
      items: plan.items.map((item) => (item.row.name === "Living room" ? { ...item, commands: [] } : item)),
    };
    await using home = await openHome({ home: bare });

    await expect(home.act("room.off", { room: home.key("rooms", "Living room") })).rejects.toMatchObject({
      code: "step_failed",
      meta: { isSent: false },
    });
    expect(home.fake.acts).toEqual([]);
  });

  it("free a room that hangs: off, and its source again", async () => {
    await using home = await openHome();
    home.fake.house.stickRoom("Living room", 60);
    const room = home.key("rooms", "Living room");
    const source = home.key("entities", "Television");
    const power = async () => (await home.read("room.state", { room })) as { power: string; source: string | null };

    await home.act("room.off", { room });
    await expect.poll(power).toEqual({ power: "off", source: null });
    await home.act("room.select", { room, source });

    await expect.poll(power).toEqual({ power: "on", source: "Television" });
  });
});

describe("what nobody outside needs to see", () => {
  it("stays in the home: locks, alarms and relays show whether they answer", async () => {
    await using home = await openHome();

    expect(
      home
        .inventory()
        .entities.filter((one) => one.private)
        .map(({ name }) => name),
    ).toEqual(["Front door", "Alarm panel"]);
    expect(home.state("Front door")).toEqual({ state: "unknown", available: "unknown" });
    expect(home.state("Alarm panel trouble")).toMatchObject({ state: "off" });
    const asked = JSON.stringify(home.fake.counters.paths);
    expect(asked).not.toMatch(/PARTITION|LOCK_STATE/);
  });
});
