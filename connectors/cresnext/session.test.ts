import { setTimeout as wait } from "node:timers/promises";
import { createTestClock } from "@caretaker/kit";
import { describe, expect, it } from "vitest";
import { startFakePanel, testPanel } from "./fake-gateway/index.ts";
import { cresnext } from "./index.ts";
import { openPanel, testContext } from "./test-helpers.ts";

const LINK = "ip-03.link";
const device = (key: string) => ({ capability: "device.state" as const, input: { device: key } });
const restart = { capability: "gateway.restart" as const, input: {}, attemptId: "attempt-1" };
const lost = (events: readonly { readonly type: string }[]) => events.filter(({ type }) => type === "lost");

describe("a login", () => {
  it.each([
    ["three of the five cookies", { loginCookies: 3 }],
    ["no token, as older firmware", { hasNoToken: true }],
    ["a password that is compared as it was sent", { comparesUndecoded: true }],
  ])("is good with %s", async (_what, knobs) => {
    await using panel = await openPanel({ knobs });

    expect(await panel.session.act(restart)).toEqual({});
    expect(panel.fake.acts).toHaveLength(1);
  });

  it.each([
    ["200", 200],
    ["403", 403],
  ])("that is answered %s and sets no cookies is refused, and not tried twice", async (_what, refusedStatus) => {
    await using fake = await startFakePanel({ knobs: { refusedStatus } });

    await expect(cresnext.connect({ ...fake.config, password: "wrong" }, testContext())).rejects.toMatchObject({
      code: "gateway_auth_failed",
    });
    await wait(50);
    expect(fake.doors.refusals).toBe(1);
  });

  it("that sets two of the five cookies is refused", async () => {
    await using fake = await startFakePanel({ knobs: { loginCookies: 2 } });

    await expect(cresnext.connect(fake.config, testContext())).rejects.toMatchObject({ code: "gateway_auth_failed" });
  });

  it.each(["plain", "with space", "50%&1+1=2", "Grüße", "tab\there", "emoji🙂"])(
    "carries the password %j to firmware that decodes it",
    async (password) => {
      await using panel = await openPanel({ password });

      expect(panel.fake.doors.logins).toBe(1);
    },
  );

  it.each([
    ["factory new", { isFactoryNew: true }, "gateway_unsupported", /factory new/],
    ["something else", { isSomethingElse: true }, "gateway_unsupported", /not a Crestron/],
    ["just starting", { bootStatus: 503 }, "gateway_unreachable", /503/],
  ])("is not tried where the panel is %s", async (_what, knobs, code, message) => {
    await using fake = await startFakePanel({ knobs });

    const error = await cresnext.connect(fake.config, testContext()).catch((failure: unknown) => failure);

    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(fake.doors.logins + fake.doors.refusals).toBe(0);
  });

  it.each(["redirect", "unauthorized", "page"] as const)(
    "that has ended is renewed once, for all who notice, where the panel shows it by %s",
    async (whenNotLoggedIn) => {
      await using panel = await openPanel({ knobs: { whenNotLoggedIn } });
      panel.fake.doors.forgetSessions();

      const answers = await Promise.all([1, 2, 3].map(() => panel.session.read(device("ip-03"))));

      expect(answers.map(({ availability }) => availability)).toEqual(["online", "online", "online"]);
      expect(panel.fake.doors.logins).toBe(2);
    },
  );

  it("that the panel forgets at once ends in an error, not in a loop of logins", async () => {
    await using fake = await startFakePanel({ knobs: { forgetsLogins: true } });

    await expect(cresnext.connect(fake.config, testContext())).rejects.toMatchObject({ code: "gateway_misbehaving" });
    expect(fake.doors.logins).toBeLessThanOrEqual(2);
  });
});

describe("what a panel says", () => {
  it("is told with the control systems that it is to reach", async () => {
    await using panel = await openPanel();

    expect(panel.inventory().devices.map(({ key, name, kind }) => [key, name, kind])).toEqual([
      ["panel", "TSW-1070-HALL", "panel"],
      ["ip-03", "Control system of TSW-1070-HALL (192.168.1.10, IP ID 03)", "controller"],
    ]);
    expect(panel.told(LINK)).toMatchObject({ state: "on", available: "online" });
  });

  it.each([
    ["whole", {}],
    ["cut into small frames", { frameCharacters: 7 }],
    ["two in one frame", { joinsMessages: true }],
    ["with the older names and a list", { hasOldNames: true }],
  ])("is followed as it changes, %s", async (_how, knobs) => {
    await using panel = await openPanel({ knobs });
    await expect.poll(() => panel.fake.clients).toBe(1);
    await wait(20);

    panel.fake.setLink("03", "OFFLINE");

    await expect.poll(() => panel.told(LINK)).toMatchObject({ state: "off", available: "offline" });
    expect(panel.context.events.filter(({ type }) => type === "garbage")).toEqual([]);
  });

  it("is asked for every 30 s where nothing is pushed", async () => {
    const clock = createTestClock();
    await using panel = await openPanel({ knobs: { socketStatus: 404 } }, clock);
    panel.fake.setLink("03", "OFFLINE");

    await clock.forward("31s");

    await expect.poll(() => panel.told(LINK)).toMatchObject({ state: "off" });
    expect(await panel.session.diagnostics()).toMatchObject({ connection: { isPushed: false } });
  });

  it("is read anew when it is asked for, whatever was pushed", async () => {
    await using panel = await openPanel({ knobs: { socketStatus: 404 } });
    panel.fake.setLink("03", "OFFLINE");

    expect(await panel.session.read(device("ip-03"))).toMatchObject({ availability: "offline", unavailable: 1 });
    expect(await panel.session.read(device("panel"))).toMatchObject({ availability: "online", firmware: "3.002.1063" });
  });

  it("lists its software, and its parts where their versions are others", async () => {
    const parts = [{ Name: "Boot", Version: "1.4" }, { Name: "Nothing" }];
    await using panel = await openPanel({ panel: testPanel({ parts }) });

    expect(await panel.session.read({ capability: "firmware.list", input: {} })).toEqual({
      firmware: [
        { name: "TSW-1070-HALL", version: "3.002.1063", newer: null },
        { name: "Boot", version: "1.4", newer: null },
      ],
      outdated: 0,
    });
  });

  it.each([
    ["no status", { saysNoStatus: true }, undefined],
    ["a word nobody knows", {}, "PENDING"],
  ])("is unknown with %s, and never offline", async (_what, knobs, status) => {
    const systems = { "03": { address: "192.168.1.10", status: status ?? "ONLINE" } };
    await using panel = await openPanel({ panel: testPanel({ systems }), knobs });

    expect(await panel.session.read(device("ip-03"))).toMatchObject({ availability: "unknown", unavailable: 0 });
    expect(panel.told(LINK)).toMatchObject({ state: "unknown", available: "unknown" });
  });

  it.each([
    ["no JSON", "hello"],
    ["half a message", '{"Device":{"DeviceInfo":'],
    ["braces the wrong way", "}}}]]]"],
    ["a list", "[1,2,3]"],
    ["nothing of a device", '{"Actions":[]}'],
    ["null inside", '{"Device":null}'],
    ["the wrong types", '{"Device":{"DeviceInfo":7,"IpTableV2":"x","Display":[]}}'],
    ["wrong entries", '{"Device":{"IpTableV2":{"Entries":{"03":7,"zz":{},"":{"Status":{}}}}}}'],
    ["keys of the prototype", '{"Device":{"__proto__":{"x":1},"IpTableV2":{"__proto__":{"x":1}}}}'],
    ["deep", `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`],
  ])("is survived when it is %s, and what follows is understood", async (_what, frame) => {
    await using panel = await openPanel();
    await expect.poll(() => panel.fake.clients).toBe(1);
    await wait(20);

    panel.fake.sendRaw(frame);
    panel.fake.sendRaw(Buffer.from([0, 1, 254, 255]));
    if (frame.endsWith(":")) panel.fake.sendRaw("{}}}");
    panel.fake.setLink("03", "OFFLINE");

    await expect.poll(() => panel.told(LINK)).toMatchObject({ state: "off" });
    expect(lost(panel.context.events)).toEqual([]);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it("is given up when none of it is understood any more", async () => {
    await using panel = await openPanel();
    await expect.poll(() => panel.fake.clients).toBe(1);

    for (let count = 0; count < 210; count += 1) panel.fake.sendRaw('{"none":1}');

    await expect.poll(() => lost(panel.context.events)).toMatchObject([{ kind: "misbehaving" }]);
  });
});

describe("a line", () => {
  it("that falls silent is found within 25 s", async () => {
    const clock = createTestClock();
    await using panel = await openPanel({}, clock);
    await expect.poll(() => panel.fake.clients).toBe(1);
    panel.fake.cutLine();

    await clock.forward("15s");
    await clock.forward("10s");

    await expect
      .poll(() => lost(panel.context.events))
      .toMatchObject([{ kind: "unreachable", reason: { code: "silent" } }]);
  });

  it("that the panel drops is a loss", async () => {
    await using panel = await openPanel();
    await expect.poll(() => panel.fake.clients).toBe(1);

    panel.fake.dropClients();

    await expect.poll(() => lost(panel.context.events)).toMatchObject([{ kind: "unreachable" }]);
  });
});

describe("a restart", () => {
  it.each([
    ["answered", {}],
    ["whose answer is cut off", { cutsRestartAnswer: true }],
    ["that says another restart is needed", { changeStatusId: 1 }],
  ])("%s is sent once, and the loss that follows is a restart", async (_how, knobs) => {
    await using panel = await openPanel({ knobs });

    expect(await panel.session.act(restart)).toEqual({});

    await expect.poll(() => lost(panel.context.events)).toMatchObject([{ kind: "restarting" }]);
    expect(panel.fake.acts).toEqual([
      { path: "/Device/DeviceOperations", body: { Device: { DeviceOperations: { Reboot: true } } } },
    ]);
  });

  it.each([
    ["by a status of its own", { changeStatusId: -1 }],
    ["by HTTP", { changeStatus: 400 }],
  ])("that is refused %s has not happened", async (_how, knobs) => {
    await using panel = await openPanel({ knobs });

    await expect(panel.session.act(restart)).rejects.toMatchObject({ code: "step_failed" });
    panel.fake.dropClients();
    await expect.poll(() => lost(panel.context.events)).toMatchObject([{ kind: "unreachable" }]);
    expect(panel.fake.acts).toEqual([]);
  });

  it("is not repeated for a session that had ended: it is renewed before anything is sent", async () => {
    await using panel = await openPanel();
    panel.fake.doors.forgetSessions();

    await panel.session.act(restart);

    expect(panel.fake.acts).toHaveLength(1);
    expect(panel.fake.doors.logins).toBe(2);
  });

  it("is not sent where the panel does not answer, and that is certain", async () => {
    await using panel = await openPanel({ knobs: { socketStatus: 404 } });
    await panel.fake.goAway();

    await expect(panel.session.act(restart)).rejects.toMatchObject({ meta: { isSent: false } });
  });

  it("is waited for: what it heals is seen by the next session", async () => {
    await using panel = await openPanel({
      panel: testPanel({ systems: { "03": { address: "1.2.3.4", status: "OFFLINE" } } }),
    });
    await panel.session.act(restart);
    await panel.fake.restart();
    const context = testContext();

    const next = await cresnext.connect(panel.fake.config, context);

    expect(await next.read(device("ip-03"))).toMatchObject({ availability: "online" });
    await next.close();
  });
});
