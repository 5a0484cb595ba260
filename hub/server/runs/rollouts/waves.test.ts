import { wavesOf } from "@caretaker/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resultOf, waveOf } from "./waves.ts";

describe("waves", () => {
  it.each([
    [1, [1]],
    [4, [1, 3]],
    [6, [1, 5]],
    [10, [1, 5, 3, 1]],
    [100, [1, 5, 25, 25, 25, 19]],
  ])("of %i homes are %j", (homes, waves) => {
    expect(wavesOf(homes)).toEqual(waves);
  });

  it("have every home once, and never more than a quarter of the whole after the second", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (homes) => {
        const waves = wavesOf(homes);
        expect(waves.reduce((sum, size) => sum + size, 0)).toBe(homes);
        expect(waves.slice(2).every((size) => size <= Math.ceil(homes / 4))).toBe(true);
        expect(waveOf(homes, waves)).toBe(waves.length);
      }),
    );
  });
});

describe("what a home has come to", () => {
  it("is well only where the run says so, and a no of the homeowner says nothing of the runbook", () => {
    const ended = (outcome: string) =>
      resultOf({ status: "started", runStatus: "finished", outcome: outcome as never });
    expect(["healthy", "found", "fixed"].map(ended)).toEqual(["well", "well", "well"]);
    expect(["refused", "no_answer", "needs_homeowner"].map(ended)).toEqual(["not_done", "not_done", "not_done"]);
    expect(["not_fixed", "undone", "needs_visit", "unclear"].map(ended)).toEqual(["ill", "ill", "ill", "ill"]);
    expect(resultOf({ status: "started", runStatus: "cancelled", outcome: null })).toBe("ill");
    expect(resultOf({ status: "started", runStatus: "waiting_for_consent", outcome: null })).toBe("open");
    expect(resultOf({ status: "skipped", runStatus: null, outcome: null })).toBe("not_done");
  });
});
