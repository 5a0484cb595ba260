import type { Expectation, Scalar } from "@caretaker/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge, measurementWords, type Subjects, type Truth } from "./expect.ts";

const now = new Date("2026-11-22T18:00:00.000Z");
const HOUR_AGO = "2026-11-22T17:00:00.000Z";

function subjects(values: Record<string, unknown> | null): Subjects {
  return {
    isAnswered: () => values !== null,
    value: (subject) => values?.[subject],
    operand: (value: Scalar) => value,
    now,
  };
}

const met = (expectation: Expectation, values: Record<string, unknown> | null): Truth =>
  judge(expectation, subjects(values)).met;

describe("a condition", () => {
  it.each<[Expectation, Record<string, unknown> | null, Truth]>([
    [{ state: "loaded" }, { state: "loaded" }, true],
    [{ state: "loaded" }, { state: "failed" }, false],
    [{ state: "loaded" }, {}, null],
    [{ state: "loaded" }, { state: null }, null],
    [{ state: "loaded" }, null, null],
    [{ count: 0 }, { count: 0 }, true],
    [{ count: 0 }, { count: "0" }, null],
    [{ state: { ne: "loaded" } }, { state: "failed" }, true],
    [{ state: { ne: "loaded" } }, {}, null],
    [{ state: ["a", "b"] }, { state: "b" }, true],
    [{ state: { in: ["a", "b"] } }, { state: "c" }, false],
    [{ state: ["a", "b"] }, {}, null],
    [{ battery: { lt: 20 } }, { battery: 19 }, true],
    [{ battery: { lt: 20 } }, { battery: 20 }, false],
    [{ battery: { gt: 20, lt: 50 } }, { battery: 30 }, true],
    [{ battery: { gt: 20, lt: 50 } }, { battery: 60 }, false],
    [{ battery: { lt: 20 } }, { battery: null }, null],
    [{ name: { matches: "^a.*z$" } }, { name: "abcz" }, true],
    [{ name: { matches: "^a.*z$" } }, { name: "abc" }, false],
    [{ name: { matches: "a" } }, { name: 5 }, null],
    [{ seen: { olderThan: "30m" } }, { seen: HOUR_AGO }, true],
    [{ seen: { olderThan: "2h" } }, { seen: HOUR_AGO }, false],
    [{ seen: { olderThan: "2h" } }, {}, null],
    [{ seen: { olderThan: "2h" } }, { seen: "yesterday" }, null],
    [{ power: { exists: false } }, { power: null }, true],
    [{ power: { exists: false } }, {}, true],
    [{ power: { exists: true } }, { power: "x" }, true],
    [{ power: { exists: true } }, null, null],
  ])("%j of %j is %j", (expectation, values, truth) => {
    expect(met(expectation, values)).toBe(truth);
  });

  it("is not slowed by a pattern that slows other engines", () => {
    const begun = performance.now();

    expect(met({ name: { matches: "(a+)+$" } }, { name: `${"a".repeat(50_000)}b` })).toBe(false);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe("expectations together", () => {
  const truth = fc.constantFrom<Truth>(true, false, null);
  /** An expectation of field `f0`, `f1`... that comes out as asked. */
  const made = (truths: readonly Truth[]): [Expectation[], Record<string, unknown>] => [
    truths.map((_, index) => ({ [`f${index}`]: "yes" })),
    Object.fromEntries(truths.flatMap((one, index) => (one === null ? [] : [[`f${index}`, one ? "yes" : "no"]]))),
  ];

  it("are three-valued as logicians have it", () => {
    fc.assert(
      fc.property(fc.array(truth, { minLength: 1, maxLength: 5 }), (truths) => {
        const [parts, values] = made(truths);
        const all = truths.includes(false) ? false : truths.includes(null) ? null : true;
        const any = truths.includes(true) ? true : truths.includes(null) ? null : false;

        expect(met({ all: parts }, values)).toBe(all);
        expect(met({ any: parts }, values)).toBe(any);
        expect(met(Object.assign({}, ...parts), values)).toBe(all);
        expect(met({ not: { all: parts } }, values)).toBe(all === null ? null : !all);
        // What is unknown can become either, and nothing that was told before may turn over by it.
        for (const later of [true, false]) {
          const [, settled] = made(truths.map((one) => one ?? later));
          if (all !== null) expect(met({ all: parts }, settled)).toBe(all);
          if (any !== null) expect(met({ any: parts }, settled)).toBe(any);
        }
      }),
    );
  });

  it("say what was measured against what, in words", () => {
    const judged = judge(
      { all: [{ state: "loaded", unavailable: 0 }, { not: { battery: { lt: 20 } } }] },
      subjects({ state: "loaded", unavailable: 3, battery: 12 }),
    );

    expect(judged.measurements).toEqual([
      { field: "state", value: "loaded", expected: "loaded", met: true },
      { field: "unavailable", value: 3, expected: "0", met: false },
      { field: "battery", value: 12, unit: "%", expected: "not less than 20", met: false },
    ]);
    expect(measurementWords(judged.measurements, judged.met)).toBe(
      "unavailable is 3, expected 0; battery is 12 %, expected not less than 20",
    );
  });
});
