import { type RunEventData, RunStatus } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { apply, BEFORE_THE_FIRST, MOVES, type RunState } from "./status.ts";

const at = "2026-11-22T18:00:00.000Z";

function after(...events: RunEventData[]): RunState {
  return events.reduce<RunState>(
    (state, data) => apply(state, { number: state.lastEvent + 1, at, data }),
    BEFORE_THE_FIRST,
  );
}

/** An event that moves a run to a status. */
function towards(status: RunStatus, from: RunStatus): RunEventData {
  if (status === "finished") return { kind: "run.finished", outcome: "healthy" };
  if (status === "cancelled") return { kind: "run.cancelled", by: "hub" };
  if (status === "running")
    return from === "queued" ? { kind: "run.started" } : { kind: "run.resumed", after: from, why: "" };
  return { kind: "run.waiting", for: status, until: null, why: "" };
}

describe("the statuses of a run", () => {
  const pairs = RunStatus.options.flatMap((from) =>
    RunStatus.options.map((to) => ({ from, to, may: MOVES[from].includes(to) })),
  );

  it.each(pairs.filter(({ to }) => to !== "queued"))("move from $from to $to: $may", ({ from, to, may }) => {
    const state = { ...BEFORE_THE_FIRST, status: from };
    const move = (): RunState => apply(state, { number: 1, at, data: towards(to, from) });

    if (may) expect(move()).toMatchObject({ status: to, lastEvent: 1 });
    else expect(move).toThrow();
  });

  it("never lead back to queued, and nowhere from an end", () => {
    expect(Object.values(MOVES).flat()).not.toContain("queued");
    expect([...MOVES.finished, ...MOVES.cancelled]).toEqual([]);
  });

  it("leave no gap in the numbers of the log", () => {
    expect(() => apply(BEFORE_THE_FIRST, { number: 2, at, data: { kind: "run.started" } })).toThrow();
  });
});

describe("the row that a log makes", () => {
  it("says what is waited for, and no longer when it goes on", () => {
    const waiting = after(
      { kind: "run.started" },
      { kind: "run.waiting", for: "waiting_for_timer", until: at, why: "slow" },
    );
    const resumed = apply(waiting, {
      number: 3,
      at,
      data: { kind: "run.resumed", after: "waiting_for_timer", why: "" },
    });

    expect(waiting).toMatchObject({ status: "waiting_for_timer", waitingUntil: at, waitingWhy: "slow" });
    expect(resumed).toMatchObject({ status: "running", waitingUntil: null, waitingWhy: null });
  });

  it("keeps a step uncertain until its own verify has decided", () => {
    const uncertain = after({ kind: "run.started" }, { kind: "fix.uncertain", step: "power", attemptId: "a", why: "" });
    const other = apply(uncertain, {
      number: 3,
      at,
      data: { kind: "step.ended", step: "reload", status: "fixed", result: "fixed" },
    });
    const unknown = apply(other, {
      number: 4,
      at,
      data: { kind: "step.ended", step: "power", status: "uncertain", result: "unknown" },
    });
    const decided = apply(other, {
      number: 4,
      at,
      data: { kind: "step.ended", step: "power", status: "failed", result: "failed" },
    });

    expect(unknown.uncertainSteps).toEqual(["power"]);
    expect(decided.uncertainSteps).toEqual([]);
  });
});
