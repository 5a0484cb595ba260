import type { ProposedAct, RunEventData, RunOutcome } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { type ProgressFacts, progressOf } from "./progress.ts";
import { buildProposal } from "./test-helpers.ts";

const ACT: ProposedAct = {
  step: "power",
  capability: "power.cycle",
  target: "g/entity/plug",
  targetName: "Plug",
  input: { switch: "plug" },
  scope: "disruptive",
  private: false,
  tries: 1,
  felt: null,
  undo: { capability: "power.on", input: { switch: "plug" } },
  irreversible: null,
};

function buildFacts(events: readonly RunEventData[], given: Partial<ProgressFacts> = {}): ProgressFacts {
  return {
    language: "en",
    requestStatus: "allowed",
    isEnded: false,
    isEmergency: false,
    hasActed: true,
    run: { status: "running", outcome: null },
    proposal: buildProposal({ siteId: "s", runId: "r", acts: [ACT] }),
    endTell: null,
    things: [{ kind: "entity", name: "Plug", room: "Hall", feeds: { name: "Light bridge", room: "Hall" } }],
    events: events.map((data, index) => ({ at: `2026-11-22T18:00:0${index}.000Z`, data })),
    ...given,
  };
}

const answered = { kind: "consent.answered", requestId: "q" as never, answer: "allowed", by: "hub" } as const;
const intended = (capability: string, step = "power"): RunEventData => ({
  kind: "fix.intended",
  step,
  attemptId: "a",
  attempt: 1,
  capability,
  target: "g/entity/plug",
  gatewayId: "g" as never,
  consent: "asked",
});
const sent = { kind: "fix.sent", step: "power", attemptId: "a", milliseconds: 1, answer: {} } as const;
const ended = (status: "fixed" | "failed" | "uncertain", step = "power"): RunEventData => ({
  kind: "step.ended",
  step,
  status,
  result: status,
});

const words = (facts: ProgressFacts): string[] => progressOf(facts).steps.map((step) => step.words);

const read = (
  purpose: "before" | "verify",
  output: object,
  result: "pass" | "fail" | "unknown" = "fail",
): RunEventData => ({
  kind: "step.read",
  step: "power",
  capability: "integration.state",
  input: {},
  output,
  measurements: [],
  result,
  purpose,
  milliseconds: 1,
});
const over = { run: { status: "finished", outcome: "fixed" as RunOutcome } } as const;

describe("how things were before, and are now", () => {
  it("is said of what was acted on, by the name that its household knows, once it has ended", () => {
    const events = [
      read("before", { unavailable: 7 }),
      read("verify", { unavailable: 2 }),
      read("verify", { unavailable: 0 }, "pass"),
    ];

    expect(progressOf(buildFacts(events, over)).results).toEqual([
      { thing: "Light bridge", before: "7 parts of it do not answer.", after: "It answers." },
    ]);
    expect(progressOf(buildFacts(events)).results).toEqual([]);
    expect(progressOf(buildFacts(events, { ...over, requestStatus: "refused" })).results).toEqual([]);
  });

  it("is said in the homeowner's language, and left out where nobody could tell", () => {
    const events = [read("before", { availability: "offline" }), read("verify", { availability: "online" }, "pass")];

    expect(progressOf(buildFacts(events, { ...over, language: "de" })).results).toEqual([
      { thing: "Light bridge", before: "Es reagiert nicht.", after: "Es reagiert." },
    ]);
    const unknown = [read("before", { unavailable: 7 }), read("verify", { unavailable: 7 }, "unknown")];
    expect(progressOf(buildFacts(unknown, over)).results).toEqual([]);
    expect(
      progressOf(buildFacts([read("before", { ageHours: 3 }), read("verify", { ageHours: 0 })], over)).results,
    ).toEqual([]);
  });
});

describe("what a homeowner is told of the work", () => {
  it("is each thing that is done, and what came of it", () => {
    expect(words(buildFacts([answered, intended("power.cycle"), sent, ended("fixed")]))).toEqual([
      "You allowed this.",
      "Begun: Switch off “Light bridge” (Hall) with its switch “Plug”, and on again.",
      "Done. We are checking whether it helped.",
      "Checked: it works again.",
    ]);
  });

  it("is that something is put back, when it did not help", () => {
    expect(words(buildFacts([ended("failed"), intended("power.on"), sent]))).toEqual([
      "Checked: it does not work yet.",
      "Begun: putting it back as it was.",
      "Done. We are checking whether it is as it was.",
    ]);
  });

  it("is honest about what nobody knows", () => {
    const uncertain = { kind: "fix.uncertain", step: "power", attemptId: "a", why: "timeout" } as const;

    expect(words(buildFacts([uncertain, ended("uncertain")]))).toEqual([
      "We do not know yet what came of it, and are looking.",
    ]);
  });

  it("leaves out what was not asked for, and what only a technician understands", () => {
    const other = buildFacts([
      { kind: "step.started", step: "alive", stepKind: "check" },
      ended("failed", "alive"),
      intended("integration.reload", "other"),
      { kind: "step.decided", step: "cause", branch: "else", because: "x" },
      { kind: "run.waiting", for: "waiting_for_timer", until: null, why: "technical" },
    ]);

    expect(words(other)).toEqual([]);
  });

  it("says once what a log says again and again", () => {
    const waiting = { kind: "run.waiting", for: "waiting_for_gateway", until: null, why: "technical" } as const;

    expect(words(buildFacts([waiting, waiting, waiting]))).toEqual(["We are waiting until your system answers."]);
  });

  it("ends with what the runbook itself has to say", () => {
    const run = { status: "finished", outcome: "needs_visit" } as const;

    expect(progressOf(buildFacts([], { run, endTell: "The box needs a new power supply." })).outcome).toBe(
      "Somebody has to come by. We will get in touch. The box needs a new power supply.",
    );
  });

  it("is nothing before somebody allowed it", () => {
    expect(progressOf(buildFacts([intended("power.cycle")], { requestStatus: "asked" }))).toEqual({
      state: "not_started",
      steps: [],
      results: [],
      outcome: null,
      isWell: false,
    });
  });

  it.each([
    ["allowed", "waiting_for_consent", false, null, "not_started", null],
    ["allowed", "running", false, null, "working", null],
    ["allowed", "waiting_for_gateway", true, null, "working", null],
    ["allowed", "finished", true, "fixed", "done", "It works again."],
    ["allowed", "cancelled", false, null, "done", "The work was stopped."],
    ["withdrawn", "running", true, null, "stopping", null],
    ["withdrawn", "finished", true, "undone", "stopped", "The work was stopped. It was put back as it was."],
    ["withdrawn", "finished", false, "refused", "stopped", "Nothing was done."],
    ["refused", "finished", false, "refused", "not_started", null],
  ] as const)(
    "with %s, a run %s and acted %s stands at the right place",
    (requestStatus, status, hasActed, outcome, state, said) => {
      const run = { status, outcome: outcome as RunOutcome | null };

      const progress = progressOf(buildFacts([], { requestStatus, run, hasActed }));

      expect(progress.state).toBe(state);
      expect(progress.outcome).toBe(said);
      expect(progress.isWell).toBe(said === "It works again.");
    },
  );
});
