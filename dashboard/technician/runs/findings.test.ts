import { describe, expect, it } from "vitest";
import { findingOf } from "./findings.ts";
import type { StepRead } from "./timeline.ts";

const read = (capability: string, output: unknown): StepRead => ({
  kind: "step.read",
  step: "a",
  capability,
  input: {},
  output,
  result: "fail",
  measurements: [],
  milliseconds: 1,
});
const entries: never[] = [];
const same = { entries, errors: 1, warnings: 2, hasBegunAnew: false, isIncomplete: false };

describe("what a check found, in a sentence", () => {
  it.each([
    ["a log that nobody read before", { ...same, comparedWith: null }, "1 error, 2 warnings, read for the first time"],
    [
      "what came since",
      { ...same, comparedWith: "2026-11-22T18:00:00.000Z" },
      expect.stringMatching(/^1 error, 2 warnings new since .*22 Nov/),
    ],
    [
      "a log that began anew and lacks lines",
      { ...same, comparedWith: null, hasBegunAnew: true, isIncomplete: true },
      "1 error, 2 warnings, read for the first time, the log has begun anew, lines are missing",
    ],
  ])("of %s", (_what, output, said) => {
    expect(findingOf(read("log.changes", output))).toEqual(said);
  });

  it("of a gateway is what it is, and since when and how well it runs where it says so", () => {
    const info = { name: "CP4", version: "2.8", state: "running", timeZone: null, isAdmin: null, recording: null };
    const more = { ...info, startedAt: "2026-11-22T18:00:00.000Z", memoryInUse: 62 };

    expect(findingOf(read("gateway.info", { ...info, recording: false }))).toBe(
      "CP4 2.8, history is not being written",
    );
    expect(findingOf(read("gateway.info", more))).toMatch(
      /^CP4 2\.8, running since .*22 Nov.*, 62 % of its memory in use$/,
    );
  });

  it.each([
    [0, "Right"],
    [-90, "90 seconds behind"],
    [75, "75 seconds ahead"],
    [null, "Not understood: 9:00 PM"],
  ])("of a clock that is %s seconds off", (driftSeconds, said) => {
    expect(findingOf(read("clock.state", { said: "9:00 PM", driftSeconds }))).toBe(said);
  });
});
