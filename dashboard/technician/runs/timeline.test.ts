import type { RunEvent, RunEventData, RunStepOutline } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { id } from "../../test-helpers.tsx";
import { beforeAndAfter, currentStep, summaryOf, timelineOf } from "./timeline.ts";

const outline: RunStepOutline[] = [
  { name: "alive", kind: "check", title: "Is it alive?", scope: null, canPutBack: false },
  { name: "reload", kind: "fix", title: "Reload it", scope: "fix", canPutBack: false },
  { name: "fixed", kind: "end", title: "Fixed", scope: null, canPutBack: false },
];

function log(...data: RunEventData[]): RunEvent[] {
  return data.map((each, at) => ({
    runId: id(60),
    number: at + 1,
    at: new Date(Date.UTC(2026, 10, 22, 18, 0, at)).toISOString(),
    data: each,
  }));
}

function read(step: string, unavailable: number): RunEventData {
  const met = unavailable === 0;
  return {
    kind: "step.read",
    step,
    capability: "integration.state",
    input: { integration: "hue" },
    output: {},
    measurements: [{ field: "unavailable", value: unavailable, expected: "0", met }],
    result: met ? "pass" : "fail",
    milliseconds: 12,
  };
}

const checked = [
  { kind: "run.started" },
  { kind: "step.started", step: "alive", stepKind: "check" },
  read("alive", 9),
  { kind: "step.ended", step: "alive", status: "failed", result: "fail" },
] satisfies RunEventData[];

const asked = [
  { kind: "step.started", step: "reload", stepKind: "fix" },
  {
    kind: "consent.asked",
    step: "reload",
    requestId: id(80),
    scope: "fix",
    sentTo: "Ada Lee",
    answerBy: "2026-11-22T22:00:00.000Z",
  },
  { kind: "run.waiting", for: "waiting_for_consent", until: null, why: "Ada Lee was asked" },
] satisfies RunEventData[];

const mended = [
  { kind: "run.resumed", after: "waiting_for_consent", why: "Allowed" },
  {
    kind: "fix.intended",
    step: "reload",
    attemptId: "a",
    attempt: 1,
    capability: "integration.reload",
    target: "Hue bridge",
    gatewayId: id(20),
    consent: "one time",
  },
  { kind: "fix.sent", step: "reload", attemptId: "a", milliseconds: 40, answer: {} },
  read("alive", 0),
  { kind: "step.ended", step: "reload", status: "fixed", result: "fixed" },
] satisfies RunEventData[];

describe("the timeline of a run", () => {
  it("shows what was, what is, and what may still come", () => {
    const steps = timelineOf(outline, log(...checked, ...asked));

    expect(steps.map(({ name, status }) => `${name} ${status}`)).toEqual(["alive failed", "reload waiting"]);
    expect(currentStep(steps)?.name).toBe("reload");
  });

  it("tells a step that was not needed from one that is to come", () => {
    const before = timelineOf(outline, log(...checked));
    const after = timelineOf(outline, log(...checked, { kind: "run.finished", outcome: "healthy" }));

    expect(before[1]?.status).toBe("queued");
    expect(after[1]?.status).toBe("not_needed");
  });

  it("keeps a step it does not know from the outline, as a newer hub may send", () => {
    const steps = timelineOf([], log(...checked));

    expect(steps.map(({ name }) => name)).toEqual(["alive"]);
  });

  it("shows a fix of which nobody knows what came of it as uncertain", () => {
    const steps = timelineOf(
      outline,
      log(...checked, ...asked, { kind: "fix.uncertain", step: "reload", attemptId: "a", why: "The hub was killed" }),
    );

    expect(steps[1]?.status).toBe("uncertain");
  });

  it("puts what was read before the fix beside what was read after it", () => {
    const events = log(...checked, ...asked, ...mended);
    const fix = timelineOf(outline, events).find((step) => step.kind === "fix");

    expect(fix && beforeAndAfter(fix, events)).toEqual([
      { field: "unavailable", unit: undefined, expected: "0", before: 9, after: 0, met: true },
    ]);
  });

  it("counts what it took", () => {
    const events = log(...checked, ...asked, ...mended, { kind: "run.finished", outcome: "fixed" });

    expect(summaryOf(timelineOf(outline, events), events)).toEqual({ seconds: 12, steps: 2, consents: 1, acts: 1 });
  });
});
