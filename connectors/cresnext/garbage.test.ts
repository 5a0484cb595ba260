import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonStream } from "./client/json-stream.ts";
import { deviceOf, merge, OBJECTS, type Tree } from "./client/tree.ts";
import { panelOf } from "./normalise.ts";

const RUNS = 2000;
const MOST_MILLISECONDS = 250;

const keys = fc.constantFrom(
  "Device",
  ...OBJECTS.flat(),
  "Entries",
  "03",
  "Status",
  "Address",
  "Adapters",
  "Model",
  "Name",
  "__proto__",
  "constructor",
);
const tree = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(fc.integer(), fc.double(), fc.string({ unit: "binary", maxLength: 20 }), fc.boolean(), fc.constant(null)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(keys, tie("value"), { maxKeys: 5 }),
  ),
})).value;
const device = fc.dictionary(fc.constantFrom(...OBJECTS.flat()), tree, { maxKeys: 4 }).map((Device) => ({ Device }));
/** Whole, truncated, of the wrong type, deep, huge, and no text at all. */
const frames = fc.oneof(
  device.map((value) => JSON.stringify(value) ?? ""),
  tree.map((value) => JSON.stringify(value) ?? ""),
  fc.tuple(device, fc.nat(300)).map(([value, cut]) => (JSON.stringify(value) ?? "").slice(0, cut)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("utf8")),
  fc.constantFrom(
    '{"a":'.repeat(20_000),
    "}".repeat(20_000),
    `{"Device":{"DeviceInfo":{"Name":"${"x".repeat(200_000)}"}}}`,
  ),
);

describe("two thousand frames that no panel sends", () => {
  it("are taken or counted, each at once, and what is told has no name twice", () => {
    let known: Tree = {};
    let taken = 0;
    let garbage = 0;
    let slowest = 0;
    const take = (message: unknown): void => {
      const change = deviceOf(message);
      if (change === undefined) return;
      taken += 1;
      known = merge(known, change);
      const panel = panelOf(known);
      const names = panel?.inventory.entities.map(({ key }) => key) ?? [];
      expect(new Set(names).size).toBe(names.length);
      if (taken % 50 === 0) known = {};
    };

    fc.assert(
      fc.property(frames, (frame) => {
        const before = process.threadCpuUsage();
        // A new stream for each, since one that is cut swallows what comes next.
        new JsonStream(
          take,
          () => (garbage += 1),
          () => 0,
        ).feed(frame);
        const { user, system } = process.threadCpuUsage(before);
        slowest = Math.max(slowest, (user + system) / 1000);
      }),
      { numRuns: RUNS },
    );

    expect(taken).toBeGreaterThan(200);
    expect(garbage).toBeGreaterThan(500);
    expect(slowest).toBeLessThan(MOST_MILLISECONDS);
    expect(({} as Record<string, unknown>).Status).toBeUndefined();
  }, 60_000);
});
