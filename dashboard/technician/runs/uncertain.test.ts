import type { RunEvent, RunEventData } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { AT, id } from "../../test-helpers.tsx";
import { summaryOf } from "./timeline.ts";
import { stillLooks, uncertainSteps } from "./uncertain.ts";

const log = (...data: RunEventData[]): RunEvent[] =>
  data.map((each, at) => ({ runId: id(60), number: at + 1, at: AT, data: each }));

const lost = (step: string): RunEventData => ({ kind: "fix.uncertain", step, attemptId: "a", why: "The line broke" });
const ended = (step: string, status: "fixed" | "uncertain"): RunEventData => ({
  kind: "step.ended",
  step,
  status,
  result: status,
});
const looked = (step: string): RunEventData => ({
  kind: "step.resolved",
  step,
  verdict: "done",
  by: "person:1 Robin",
  reason: "The lights are on",
  leadsTo: "It counts as done.",
});

describe("steps of which nobody knows what came", () => {
  it("are those that were lost and that no verify could tell of", () => {
    expect(uncertainSteps(log(lost("reload"), ended("reload", "uncertain"), lost("power")))).toEqual([
      "reload",
      "power",
    ]);
  });

  it("are no longer in doubt once verify could tell, or a person has looked", () => {
    expect(uncertainSteps(log(lost("reload"), ended("reload", "fixed"), lost("power"), looked("power")))).toEqual([]);
  });

  it("are left to the run for as long as it stands at them", () => {
    expect(stillLooks({ finishedAt: null, step: "reload" }, "reload")).toBe(true);
    expect(stillLooks({ finishedAt: null, step: "power" }, "reload")).toBe(false);
    expect(stillLooks({ finishedAt: AT, step: "reload" }, "reload")).toBe(false);
  });

  it("do not make the run longer when somebody looks a day after its end", () => {
    const [first, last, later] = log(lost("reload"), { kind: "run.finished", outcome: "unclear" }, looked("reload"));
    const dayAfter = { ...later, at: new Date(Date.parse(AT) + 86_400_000).toISOString() } as RunEvent;

    expect(summaryOf([], [first, last, dayAfter] as RunEvent[]).seconds).toBe(0);
  });
});
