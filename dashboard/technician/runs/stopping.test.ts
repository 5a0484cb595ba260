import type { RunEvent, RunEventData, RunStepOutline } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { AT, id } from "../../test-helpers.tsx";
import { leftByStop } from "./stopping.ts";
import { timelineOf } from "./timeline.ts";

const fix = (name: string, title: string, canPutBack: boolean): RunStepOutline => ({
  name,
  kind: "fix",
  title,
  scope: "fix",
  canPutBack,
});
const outline = [fix("reload", "Reload it", false), fix("power", "Switch it off and on", true)];
const log = (...data: RunEventData[]): RunEvent[] =>
  data.map((each, at) => ({ runId: id(60), number: at + 1, at: AT, data: each }));
const begun = (step: string): RunEventData => ({ kind: "step.started", step, stepKind: "fix" });
const intended = (step: string, attemptId = step): RunEventData => ({
  kind: "fix.intended",
  step,
  attemptId,
  attempt: 1,
  capability: "power.cycle",
  target: "a switch",
  gatewayId: id(40),
  consent: "standing",
});
const ended = (step: string): RunEventData => ({ kind: "step.ended", step, status: "failed", result: "failed" });
const left = (...data: RunEventData[]) => leftByStop(timelineOf(outline, log(...data)), outline);

describe("what a stop leaves of a run", () => {
  it("is nothing while nothing was sent", () => {
    expect(left(begun("reload"))).toEqual({ putBack: [], finished: [], stays: [] });
  });

  it("finishes the fix that runs where it cannot be undone", () => {
    expect(left(begun("reload"), intended("reload"))).toEqual({ putBack: [], finished: ["Reload it"], stays: [] });
  });

  it("puts back the fix that runs where that can be done, and leaves what was done before", () => {
    expect(left(begun("reload"), intended("reload"), ended("reload"), begun("power"), intended("power"))).toEqual({
      putBack: ["Switch it off and on"],
      finished: [],
      stays: ["Reload it"],
    });
  });

  it("does not count what certainly did not happen", () => {
    const failed: RunEventData = { kind: "fix.failed", step: "power", attemptId: "power", error: "No such switch" };
    expect(left(begun("power"), intended("power"), failed)).toEqual({ putBack: [], finished: [], stays: [] });
  });
});
