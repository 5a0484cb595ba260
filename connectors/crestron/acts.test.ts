import type { ActionName } from "@caretaker/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startFakeProcessor } from "./fake-gateway/index.ts";
import { crestron } from "./index.ts";
import { openProcessor, testContext } from "./test-helpers.ts";

const HALL = "ip-1-03-192.168.1.31";
const does = (capability: ActionName, input: Record<string, unknown> = {}) => ({
  capability,
  input: input as never,
  attemptId: "attempt-1",
});
const log = { capability: "log.changes" as const, input: {} };

describe("an act at the console", () => {
  it.each([
    ["sets the clock by the network", does("clock.sync"), "SNTP sync"],
    ["asks for its address again", does("address.renew"), "IPCONFIG /renew"],
    [
      "lets a device of the IP table blink",
      does("identify.start", { device: HALL }),
      "AUTODISCOVERY lightbyip 192.168.1.31",
    ],
    ["lets it blink no more", does("identify.stop", { device: HALL }), "AUTODISCOVERY stoplight"],
    [
      "writes one of a few sentences on the screens",
      does("panel.message", { language: "de", sentence: "wait" }),
      "MESSAGE Einen Moment, bitte.",
    ],
  ])("%s", async (_what, request, typed) => {
    await using processor = await openProcessor();

    expect(await processor.session.act(request)).toEqual({});

    expect(processor.fake.console.acts).toEqual([typed]);
  });

  it.each(["SNTP", "IPCONFIG", "AUTODISCOVERY", "MESSAGE", "CLEARERR"])(
    "that the console refuses in words (%s) has not happened",
    async (blocked) => {
      await using processor = await openProcessor({ knobs: { blocked: new Set([blocked]) } });
      const requests: Record<string, ReturnType<typeof does>> = {
        SNTP: does("clock.sync"),
        IPCONFIG: does("address.renew"),
        AUTODISCOVERY: does("identify.start", { device: HALL }),
        MESSAGE: does("panel.message", { language: "en", sentence: "done" }),
        CLEARERR: does("log.clear"),
      };
      await processor.session.read(log);

      await expect(processor.session.act(requests[blocked] as never)).rejects.toMatchObject({ code: "step_failed" });
      expect(processor.fake.console.acts).toEqual([]);
    },
  );

  it("clears the log only when all of it was read before, so that it stands in the record", async () => {
    await using processor = await openProcessor();
    const { plan, console } = processor.fake;

    await expect(processor.session.act(does("log.clear"))).rejects.toMatchObject({ code: "step_failed" });
    await processor.session.read(log);
    plan.log.push({ level: "Error", source: "App", message: "meanwhile", minutesAgo: 0 });
    await expect(processor.session.act(does("log.clear"))).rejects.toMatchObject({ code: "step_failed" });
    expect(console.acts).toEqual([]);

    expect(await processor.session.read(log)).toMatchObject({ errors: 1, entries: [{ message: "meanwhile" }] });
    expect(await processor.session.act(does("log.clear"))).toMatchObject({
      saved: { errors: 1, warnings: 1, entries: [{ level: "WARNING" }, { level: "ERROR", message: "meanwhile" }] },
    });
    expect(console.acts).toEqual(["CLEARERR"]);
    expect(await processor.session.read(log)).toMatchObject({ errors: 0, warnings: 0 });
  });

  it("types nothing of an input: 10,000 devices, languages and sentences do nothing that is not listed", async () => {
    await using processor = await openProcessor();
    const { console } = processor.fake;
    const before = console.typed.length;
    const any = fc.oneof(
      fc.constantFrom(
        "processor",
        "program-1",
        "cresnet-0A",
        `${HALL}; initialize`,
        "__proto__",
        "en",
        "done",
        "\nreboot",
      ),
      fc.anything(),
      fc.string({ unit: "binary", maxLength: 40 }),
    );
    const names = fc.constantFrom<ActionName>("identify.start", "identify.stop", "panel.message");

    await fc.assert(
      fc.asyncProperty(names, any, any, any, async (capability, device, language, sentence) => {
        fc.pre(!(capability === "panel.message" && language === "en" && sentence === "done"));
        const request = does(capability, { device, language, sentence });
        await expect(processor.session.act(request)).rejects.toMatchObject({ code: "step_failed" });
      }),
      { numRuns: 10_000 },
    );
    expect(console.typed.slice(before)).toEqual([]);
  });
});

describe("what is read of it", () => {
  it("is what its clock says, and how far that is off", async () => {
    await using processor = await openProcessor({ knobs: { clockOffSeconds: 300 } });
    const clock = { capability: "clock.state" as const, input: {} };

    const before = await processor.session.read(clock);
    await processor.session.act(does("clock.sync"));
    const after = await processor.session.read(clock);

    expect(Math.abs((before.driftSeconds ?? 0) - 300)).toBeLessThan(5);
    expect(Math.abs(after.driftSeconds ?? 99)).toBeLessThan(5);
    expect(before.said).toMatch(/\d\d:\d\d:\d\d/);
  });

  it("is how long a program has run, which a restart begins anew", async () => {
    await using processor = await openProcessor();
    const program = { capability: "program.state" as const, input: { device: HALL } };

    const before = await processor.session.read(program);
    await processor.session.act(does("program.restart", { device: HALL }));
    const after = await processor.session.read(program);

    expect(before).toMatchObject({ isLoaded: true, name: "Ashdown", compiled: "6/12/2026 5:18 PM" });
    expect(before.uptimeSeconds).toBeGreaterThan(400_000);
    expect(after.uptimeSeconds).toBeLessThan(60);
  });

  it("is what stands on its own bus; what is not listed any more is unknown, and not offline", async () => {
    await using processor = await openProcessor();
    const device = { capability: "device.state" as const, input: { device: "cresnet-65" } };
    expect(processor.told("cresnet-65.link")).toMatchObject({ state: "on", available: "online" });
    expect(await processor.session.read(device)).toMatchObject({ availability: "online", firmware: "1.6.0" });

    processor.fake.knobs.answers.set("REPORTCRESNET", "0A: STATUSSIGN [v1.3443.00016, #01415779]\r\n");

    expect(await processor.session.read(device)).toMatchObject({ availability: "unknown", unavailable: 0 });
    expect(processor.told("cresnet-65.link")).toMatchObject({ available: "unknown" });
  });

  it("is what was noted since the last time, and whether the log begins anew", async () => {
    await using processor = await openProcessor();
    const { plan } = processor.fake;
    expect(await processor.session.read(log)).toMatchObject({ comparedWith: null, warnings: 1 });

    plan.log.push({ level: "Fatal", source: "App", message: "it fell over", minutesAgo: 0 });
    expect(await processor.session.read(log)).toMatchObject({ errors: 1, warnings: 0, hasBegunAnew: false });

    plan.log.splice(0, 3, { level: "Notice", source: "crestErrorLogServer", message: "Log started", minutesAgo: 0 });
    expect(await processor.session.read(log)).toMatchObject({ hasBegunAnew: true, comparedWith: expect.any(String) });
  });

  it("is what was noted since another session asked, where the hub keeps something for us", async () => {
    await using fake = await startFakeProcessor();
    const kept: unknown[] = [];
    const memory = { recall: async () => kept.at(-1), keep: async (value: unknown) => void kept.push(value) };
    const ask = async () => {
      const session = await crestron.connect(fake.config, { ...testContext(), memory });
      const said = await session.read(log);
      await session.close();
      return said;
    };
    expect(await ask()).toMatchObject({ comparedWith: null, warnings: 1 });

    fake.plan.log.push({ level: "Fatal", source: "App", message: "it fell over", minutesAgo: 0 });

    expect(await ask()).toMatchObject({ comparedWith: expect.any(String), errors: 1, warnings: 0 });
    expect(JSON.stringify(kept)).not.toMatch(/fell over|Not Responding/);
  });

  it.each([
    ["nothing that is understood", async () => ({ log: { lines: "many" } })],
    [
      "nothing, since the database is away",
      async () => {
        throw new Error("The database is away");
      },
    ],
  ])("is all of it where the hub recalls %s", async (_what, recall) => {
    await using fake = await startFakeProcessor();
    const memory = { recall, keep: () => Promise.reject(new Error("The database is away")) };
    const session = await crestron.connect(fake.config, { ...testContext(), memory });

    expect(await session.read(log)).toMatchObject({ comparedWith: null, warnings: 1 });
    expect(await session.read(log)).toMatchObject({ comparedWith: expect.any(String), warnings: 0 });
    await session.close();
  });
});
