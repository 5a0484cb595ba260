import { createTestClock } from "@caretaker/kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { notesIn } from "./console/error-log.ts";
import { changesOf, markOf } from "./console/log-changes.ts";
import { type HomeFacts, normaliseHome } from "./home/normalise.ts";
import { type Collection, loginIn, PATHS, refusalIn, resultIn, rowsIn } from "./home/schema.ts";
import { openHome, openProcessor } from "./test-helpers.ts";

const RUNS = 2000;
const MOST_MILLISECONDS = 250;
const COLLECTIONS = Object.keys(PATHS) as Collection[];

const keys = fc.constantFrom(
  ...COLLECTIONS,
  "id",
  "name",
  "roomId",
  "level",
  "position",
  "connectionStatus",
  "presence",
  "currentSetPoint",
  "temperature",
  "status",
  "errorSource",
  "authkey",
  "__proto__",
  "constructor",
);
const leaves = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.boolean(),
  fc.constant(null),
);
const tree = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaves,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(keys, tie("value"), { maxKeys: 6 }),
  ),
})).value;
/** Whole, truncated, of the wrong type, huge, deep, and no text at all. */
const replies = fc.oneof(
  tree.map((value) => JSON.stringify(value) ?? "undefined"),
  fc.tuple(tree, fc.nat(200)).map(([value, cut]) => (JSON.stringify(value) ?? "").slice(0, cut)),
  fc
    .tuple(fc.constantFrom(...COLLECTIONS), fc.array(tree, { maxLength: 8 }))
    .map(([name, rows]) => JSON.stringify({ [name]: rows })),
  fc.constantFrom(
    "[".repeat(50_000),
    `{"lights":${"[".repeat(5000)}`,
    `{"lights":[${'{"id":1},'.repeat(3000)}{"id":2}]}`,
    "x".repeat(300_000),
  ),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("utf8")),
);

/** CPU of this thread, so that other work on the machine is not taken for ours. */
function millisecondsOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

describe("two thousand replies that no Crestron Home gives", () => {
  it("are taken or passed over, each at once, and leave nothing in any object", () => {
    let slowest = 0;
    let taken = 0;

    fc.assert(
      fc.property(replies, fc.constantFrom(...COLLECTIONS), (text, collection) => {
        slowest = Math.max(
          slowest,
          millisecondsOf(() => {
            loginIn(text);
            refusalIn(text);
            resultIn(text);
            const rows = rowsIn(collection, text)?.rows;
            if (rows === undefined) return;
            taken += 1;
            const { inventory } = normaliseHome({ [collection]: rows } as HomeFacts);
            expect(new Set(inventory.entities.map(({ key }) => key)).size).toBe(inventory.entities.length);
          }),
        );
      }),
      { numRuns: RUNS },
    );

    expect(taken).toBeGreaterThan(20);
    expect(slowest).toBeLessThan(MOST_MILLISECONDS);
    expect(({} as Record<string, unknown>).level).toBeUndefined();
  }, 60_000);

  it("given by a whole session leave it as it was or end it, in words", async () => {
    const clock = createTestClock();
    const samples = fc.sample(replies, 60);
    for (const body of samples) {
      await using home = await openHome({}, clock);
      home.fake.knobs.answers.set("/lights", { status: 200, body });
      const said = await home.session
        .read({ capability: "entity.state", input: { entity: "home-52066.light" } })
        .catch((error: unknown) => error);
      if (said instanceof Error)
        expect(["not_available_here", "gateway_misbehaving", "gateway_auth_failed"]).toContain(
          (said as { code?: string }).code,
        );
      home.fake.knobs.answers.clear();
      expect(
        await home.session.read({ capability: "entity.state", input: { entity: "home-52066.light" } }),
      ).toMatchObject({
        state: "off",
      });
    }
  }, 60_000);
});

describe("two thousand things that no console prints", () => {
  const printed = fc.oneof(
    fc.string({ unit: "binary", maxLength: 400 }),
    fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString("utf8")),
    fc
      .array(
        fc.constantFrom(
          "Error: App # 2026-09-26 08:00:00 # x",
          " 1. Error: y",
          "UpTime: 9 days 1:00:00",
          "\r\n",
          "| ".repeat(5000),
          "#",
          " ".repeat(5000),
        ),
        { maxLength: 30 },
      )
      .map((parts) => parts.join("\n")),
  );

  it("are compared with each other at once", () => {
    let slowest = 0;

    fc.assert(
      fc.property(printed, printed, (before, now) => {
        slowest = Math.max(
          slowest,
          millisecondsOf(() => void changesOf(markOf(notesIn(before)), notesIn(now))),
        );
      }),
      { numRuns: RUNS },
    );

    expect(slowest).toBeLessThan(MOST_MILLISECONDS);
  }, 60_000);

  it("printed to a whole session leave it as it was", async () => {
    await using processor = await openProcessor();
    for (const text of fc.sample(printed, 100)) {
      for (const name of ["IPTABLE", "ERRLOG", "TIMEDATE", "REPORTCRESNET"])
        processor.fake.knobs.answers.set(name, text);
      for (const capability of ["log.errors", "log.changes", "clock.state"] as const) {
        const said = await processor.session.read({ capability, input: {} }).catch((error: unknown) => error);
        if (said instanceof Error) expect((said as { code?: string }).code).toBe("not_available_here");
      }
      await processor.session.read({ capability: "device.state", input: { device: "cresnet-65" } }).catch(() => {});
    }
    processor.fake.knobs.answers.clear();

    expect(await processor.session.read({ capability: "gateway.info", input: {} })).toMatchObject({
      name: "CP4-ASHDOWN",
    });
    expect(processor.context.events.filter(({ type }) => type === "lost")).toEqual([]);
  }, 60_000);
});
