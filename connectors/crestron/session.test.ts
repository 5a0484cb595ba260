import { setTimeout as wait } from "node:timers/promises";
import { createTestClock } from "@caretaker/kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startFakeProcessor, testProcessor } from "./fake-gateway/index.ts";
import { crestron } from "./index.ts";
import { openProcessor, testContext } from "./test-helpers.ts";

const HALL = "ip-1-03-192.168.1.31";
const device = (key: string) => ({ capability: "device.state" as const, input: { device: key } });
const restart = (device: string) => ({
  capability: "program.restart" as const,
  input: { device },
  attemptId: "attempt-1",
});
const reboot = { capability: "gateway.restart" as const, input: {}, attemptId: "attempt-1" };
const lost = (events: readonly { readonly type: string }[]) => events.filter(({ type }) => type === "lost");

describe("a login", () => {
  it.each([
    ["no host key was confirmed", {}, false],
    ["another host key was confirmed", { pinnedHostKey: `SHA256:${"A".repeat(43)}` }, true],
  ])("is not tried where %s: no password is offered", async (_what, change, changed) => {
    await using fake = await startFakeProcessor();
    const { pinnedHostKey: _, ...config } = fake.config;

    await expect(crestron.connect({ ...config, ...change }, testContext())).rejects.toMatchObject({
      code: "gateway_certificate_unknown",
      meta: { changed, hostKey: { fingerprint: fake.fingerprint, kind: "ssh-ed25519" } },
    });
    expect(fake.offered).toBe(0);
  });

  it("with a wrong password is tried once, so that nobody is locked out", async () => {
    await using fake = await startFakeProcessor({ knobs: { locksOutAfter: 2 } });

    const wrong = { ...fake.config, password: "wrong" };
    await expect(crestron.connect(wrong, testContext())).rejects.toMatchObject({ code: "gateway_auth_failed" });
    await wait(50);
    expect(fake.offered).toBe(1);
    const session = await crestron.connect(fake.config, testContext());
    await session.close();
  });

  it("to very old firmware is refused, until somebody allows it for that one", async () => {
    await using fake = await startFakeProcessor({ knobs: { isOldFirmware: true } });

    await expect(crestron.connect(fake.config, testContext())).rejects.toMatchObject({
      code: "gateway_unsupported",
      message: expect.stringMatching(/old encryption/),
    });
    expect(fake.offered).toBe(0);
    const session = await crestron.connect({ ...fake.config, allowOldAlgorithms: true }, testContext());
    expect(await session.read({ capability: "gateway.info", input: {} })).toMatchObject({ name: "CP4-ASHDOWN" });
    await session.close();
  });
});

describe("what a processor says", () => {
  it("of itself is its software, since when it runs, and how much of its memory is in use", async () => {
    await using processor = await openProcessor();

    const info = await processor.session.read({ capability: "gateway.info", input: {} });

    expect(info).toMatchObject({ name: "CP4-ASHDOWN", version: "2.8001.00120", memoryInUse: 62 });
    expect(Date.parse(info.startedAt ?? "")).toBeLessThan(Date.now());
  });

  it("of itself is its software alone where this user may not ask for more", async () => {
    await using processor = await openProcessor({ knobs: { blocked: new Set(["UPTIME", "RAMFREE"]) } });

    const info = await processor.session.read({ capability: "gateway.info", input: {} });

    expect(info).toMatchObject({ name: "CP4-ASHDOWN", state: "running" });
    expect(info).not.toHaveProperty("startedAt");
    expect(info).not.toHaveProperty("memoryInUse");
  });

  it.each([
    ["as a table", {}],
    ["in the older style", { hasOldTable: true }],
    ["on two streams", { splitsStreams: true }],
    ["with an exit status", { hasNoExitStatus: false }],
    ["between lines of its log", { interleavesLog: true }],
  ])("is understood %s", async (_how, knobs) => {
    await using processor = await openProcessor({ knobs });

    expect(new Set(processor.inventory().devices.map(({ key }) => key))).toEqual(
      new Set([
        "processor",
        "program-1",
        HALL,
        "ip-1-04-192.168.1.32",
        "ip-1-81-192.168.1.231",
        "cresnet-0A",
        "cresnet-65",
      ]),
    );
    expect(processor.told(`${HALL}.link`)).toMatchObject({ state: "on", available: "online" });
    expect(processor.told("ip-1-81-192.168.1.231.link")).toMatchObject({ available: "unknown" });
  });

  it("is asked for every 30 s", async () => {
    const clock = createTestClock();
    await using processor = await openProcessor({}, clock);
    processor.fake.setStatus(1, "03", "OFFLINE");

    await clock.forward("31s");

    await expect.poll(() => processor.told(`${HALL}.link`)).toMatchObject({ state: "off", available: "offline" });
  });

  it("is read anew when it is asked for", async () => {
    await using processor = await openProcessor();
    processor.fake.setStatus(1, "03", "OFFLINE");

    expect(await processor.session.read(device(HALL))).toMatchObject({ availability: "offline" });
    expect(await processor.session.read(device("program-1"))).toMatchObject({ availability: "online" });
    await expect(processor.session.read(device("program-7"))).rejects.toMatchObject({ code: "not_available_here" });
  });

  it("of its software is listed with that of its bus", async () => {
    await using processor = await openProcessor();

    const { firmware, outdated } = await processor.session.read({ capability: "firmware.list", input: {} });

    expect(firmware).toContainEqual({ name: "CP4-R CP4-ASHDOWN", version: "2.8001.00120", newer: null });
    expect(firmware).toContainEqual({
      name: "C2N-SPWS300 Power Supply With Boost (Cresnet 65)",
      version: "1.6.0",
      newer: null,
      device: "cresnet-65",
    });
    expect(outdated).toBe(0);
  });

  it.each([[3], [4]] as const)("of errors is told with its moments, on a %i-Series", async (series) => {
    await using processor = await openProcessor({ processor: testProcessor({ series }) });

    const { entries, warnings, errors } = await processor.session.read({ capability: "log.errors", input: {} });

    expect([warnings, errors]).toEqual([1, 0]);
    expect(entries).toMatchObject([{ level: "WARNING", source: "CIPretx" }]);
    expect(Math.abs(Date.parse(entries[0]?.lastAt ?? "") - (Date.now() - 12 * 60_000))).toBeLessThan(120_000);
  });

  it.each([[3], [4]] as const)("of errors is not taken for a no of the console, on a %i-Series", async (series) => {
    const log = [{ level: "Error" as const, source: "Ashdown", message: "Hall panel: connection lost", minutesAgo: 3 }];
    await using processor = await openProcessor({ processor: testProcessor({ series, log }) });

    expect(await processor.session.read({ capability: "log.errors", input: {} })).toMatchObject({
      errors: 1,
      entries: [{ level: "ERROR", message: "Hall panel: connection lost" }],
    });
  });

  it.each([
    ["blocked", { blocked: new Set(["ERRLOG"]) }],
    ["unknown", { unknown: new Set(["ERRLOG"]) }],
  ])("is not available here where the command is %s", async (_what, knobs) => {
    await using processor = await openProcessor({ knobs });

    await expect(processor.session.read({ capability: "log.errors", input: {} })).rejects.toMatchObject({
      code: "not_available_here",
    });
  });
});

describe("an act", () => {
  it.each([
    ["of its own", "program-1"],
    ["of a device that it looks after", HALL],
  ])("restarts one program by the key %s, always with its slot", async (_whose, key) => {
    await using processor = await openProcessor();

    expect(await processor.session.act(restart(key))).toEqual({});

    expect(
      processor.fake.console.typed.filter((line) => line.startsWith("prog") && !line.includes("comments")),
    ).toEqual(["progreset -p:1"]);
  });

  it("that the console refuses has not happened, and one it does not confirm is not known", async () => {
    await using refused = await openProcessor({ knobs: { blocked: new Set(["PROGRESET"]) } });
    await expect(refused.session.act(restart("program-1"))).rejects.toMatchObject({ code: "step_failed" });

    await using silent = await openProcessor({ knobs: { answers: new Map([["PROGRESET", "Hm.\r\n"]]) } });
    await expect(silent.session.act(restart("program-1"))).rejects.toMatchObject({ code: "gateway_misbehaving" });
  });

  it("reboots the processor, and the loss that follows is a restart", async () => {
    await using processor = await openProcessor();

    expect(await processor.session.act(reboot)).toEqual({});

    await expect.poll(() => lost(processor.context.events)).toMatchObject([{ kind: "restarting" }]);
    expect(processor.fake.reboots).toBe(1);
  });

  it("is never more than what is in the catalogue, whatever 10,000 inputs say", async () => {
    await using processor = await openProcessor();
    const { console } = processor.fake;
    const before = console.typed.length;
    const evil = fc.oneof(
      fc.constantFrom(
        "program-1; initialize",
        `${HALL}; reboot`,
        `${HALL}\n`,
        "program-1\nrestore",
        "program-01",
        "program-11",
        "program-1 -p:2",
        "program-",
        "-p:all",
        "../program-1",
        "PROGRAM-1",
        " program-1",
        "program-1\u0000",
        "__proto__",
        "ipt -c",
      ),
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.tuple(fc.constant("program-"), fc.string({ maxLength: 20 })).map((parts) => parts.join("")),
      fc.integer().map((slot) => `program-${slot}`),
      fc.anything(),
    );

    await fc.assert(
      fc.asyncProperty(evil, async (given) => {
        fc.pre(given !== "program-1");
        const said = await processor.session.act(restart(given as string)).catch((error: unknown) => error);
        expect(said).toMatchObject({ code: "step_failed" });
      }),
      { numRuns: 10_000 },
    );
    expect(console.typed.slice(before)).toEqual([]);
  });
});

describe("a line", () => {
  it("that the processor drops is a loss, and what was being asked is rejected", async () => {
    await using processor = await openProcessor({ knobs: { silent: new Set(["UPTIME"]) } });
    const asked = processor.session.read({ capability: "log.errors", input: {} }).catch((error: unknown) => error);
    await wait(50);

    processor.fake.dropClients();

    expect(await asked).toMatchObject({ code: "gateway_lost" });
    expect(lost(processor.context.events)).toMatchObject([{ kind: "unreachable" }]);
  });

  it("on which a command is never answered says so in time", async () => {
    const clock = createTestClock();
    await using processor = await openProcessor({}, clock);
    processor.fake.knobs.silent.add("VERSION");
    const asked = processor.session.read({ capability: "gateway.info", input: {} }).catch((error: unknown) => error);
    await wait(50);

    await clock.forward("21s");

    expect(await asked).toMatchObject({ code: "gateway_timeout" });
  });
});
