import type { Expectation, GatewayId, RunEventData, RunId, SiteId, Step } from "@caretaker/protocol";
import { type Trx, transaction } from "../db/database.ts";
import { type Judgement, judge } from "../runbooks/expect.ts";
import type { CrashPoint, RunsDeps } from "./deps.ts";
import { LEASE_SECONDS } from "./deps.ts";
import type { ActiveStep, RunMemory } from "./memory.ts";
import type { Next, Plan } from "./plan.ts";
import { type Change, lockRun, memoryOf, type RunRow, record } from "./record.ts";
import { hasEnded } from "./status.ts";
import { referenceSubjects, textsIn, type Values, valuesOf } from "./values.ts";

/** Another hub took the run over, or it has ended meanwhile: nothing more may be written for it here. */
export class LostClaim extends Error {}

/** What the engine does after a turn: go on at once, look again at a moment, or let go of the run. */
export type Turn = { readonly kind: "on" } | { readonly kind: "rest" };
export const ON: Turn = { kind: "on" };
export const REST: Turn = { kind: "rest" };

/** Makes a change out of the row as it is now, locked; null changes nothing. */
export type Decide = (trx: Trx, row: RunRow, now: Date) => Promise<Change | null> | Change | null;

type EndedStatus = Extract<RunEventData, { kind: "step.ended" }>["status"];

/** A run while this hub has the claim to it. Whatever it writes, it writes through `commit`, with its fencing number. */
export class Ride {
  readonly deps: RunsDeps;
  readonly plan: Plan;
  readonly fencing: number;
  row: RunRow;
  /** By the clock that never jumps: after it nothing is sent any more. */
  #claimEndsAt: number;
  #late: number;

  constructor(deps: RunsDeps, row: RunRow, plan: Plan, lateMilliseconds: number) {
    this.deps = deps;
    this.row = row;
    this.plan = plan;
    this.fencing = row.fencing;
    this.#late = lateMilliseconds;
    this.#claimEndsAt = deps.clock.monotonic() + LEASE_SECONDS * 1000;
  }

  get runId(): RunId {
    return this.row.id as RunId;
  }

  get siteId(): SiteId {
    return this.row.siteId as SiteId;
  }

  get gatewayId(): GatewayId {
    return this.row.gatewayId as GatewayId;
  }

  get memory(): RunMemory {
    return memoryOf(this.row);
  }

  get step(): Step {
    return this.plan.step(this.memory.at ?? this.plan.first);
  }

  get active(): ActiveStep {
    const { active } = this.memory;
    if (active === null) throw new Error(`Run ${this.row.number} stands at no step.`);
    return active;
  }

  /** The claim was written anew by something that began at this moment of the clock that never jumps. */
  claimRenewed(begun: number): void {
    this.#claimEndsAt = Math.max(this.#claimEndsAt, begun + LEASE_SECONDS * 1000);
  }

  /** Milliseconds that it was due and nobody worked on it; they are taken once. */
  takeLateness(): number {
    const late = this.#late;
    this.#late = 0;
    return late;
  }

  get isClaimSafe(): boolean {
    return this.deps.clock.monotonic() < this.#claimEndsAt;
  }

  now(): Promise<Date> {
    return this.deps.now(this.deps.db);
  }

  async crash(point: CrashPoint): Promise<void> {
    await this.deps.crash?.(point, this.memory.at);
  }

  /** Writes events and notes in one transaction; rejects with `LostClaim` when the claim is no longer ours. */
  async commit(change: Change | Decide): Promise<void> {
    await this.crash("commit.before");
    const decide: Decide = typeof change === "function" ? change : () => change;
    const begun = this.deps.clock.monotonic();
    const done = await transaction(this.deps.db, async (trx) => {
      const row = await this.lock(trx);
      const now = await this.deps.now(trx);
      const decided = await decide(trx, row, now);
      return decided === null ? { row, announcements: [] } : this.write(trx, row, now, decided);
    });
    this.row = done.row;
    this.claimRenewed(begun);
    for (const announcement of done.announcements) this.deps.announcements.announce(announcement);
    await this.crash("commit.after");
  }

  /** Locks the row, where the claim to it is still ours. */
  async lock(trx: Trx): Promise<RunRow> {
    const row = await lockRun(trx, this.runId);
    if (row === undefined || row.fencing !== this.fencing || row.claimedBy !== this.deps.hubId || hasEnded(row)) {
      throw new LostClaim(`The claim to run ${this.row.number} is lost.`);
    }
    return row;
  }

  /** Writes a change, and renews the claim with it. */
  write(trx: Trx, row: RunRow, now: Date, change: Change): ReturnType<typeof record> {
    const claimedUntil = new Date(now.getTime() + LEASE_SECONDS * 1000);
    // While it is worked on, the row wakes whoever takes over when this claim has run out.
    return record(trx, row, now, { wakeAt: claimedUntil, claimedUntil, ...change });
  }

  /** Notes of the engine about the step it stands at. */
  note(active: Partial<ActiveStep>, more: Partial<RunMemory> = {}): RunMemory {
    return { ...this.memory, ...more, active: { ...this.active, ...active } };
  }

  values(texts: Iterable<string>): Promise<Values> {
    const { inputs } = this.row;
    const { results } = this.memory;
    return valuesOf({ db: this.deps.db, runbook: this.plan.runbook, inputs, results }, texts);
  }

  /** Whether an `if` or a `when` holds. */
  async judge(expectation: Expectation, now: Date): Promise<Judgement> {
    return judge(expectation, referenceSubjects(await this.values(textsIn(expectation)), now));
  }

  /** Ends the step it stands at, and goes where its result leads. */
  async finishStep(
    status: EndedStatus,
    result: string,
    more: { readonly events?: readonly RunEventData[]; readonly output?: object | null; readonly to?: Next } = {},
  ): Promise<void> {
    const { step } = this;
    const to = more.to ?? this.plan.next(step, result);
    const output = (more.output ?? null) as Readonly<Record<string, unknown>> | null;
    await this.commit(() => ({
      events: [...(more.events ?? []), ...this.leave(status, result, to), ...arrive(to, step, result)],
      memory: {
        ...this.memory,
        at: "step" in to ? to.step : step.name,
        active: null,
        failures: 0,
        results: { ...this.memory.results, [step.name]: { result, output } },
      },
    }));
  }

  private leave(status: EndedStatus, result: string, to: Next): RunEventData[] {
    const { status: runStatus } = this.row;
    const resumed: RunEventData[] =
      runStatus === "waiting_for_timer"
        ? [{ kind: "run.resumed", after: runStatus, why: "What was waited for is decided." }]
        : [];
    return [
      ...resumed,
      { kind: "step.ended", step: this.step.name, status, result, to: "step" in to ? to.step : to.outcome },
    ];
  }
}

/** A result that nothing is said about ends the run: an unknown `unclear`. */
function arrive(to: Next, step: Step, result: string): RunEventData[] {
  if (!("outcome" in to)) return [];
  return [{ kind: "run.finished", outcome: to.outcome, note: `The result of ${step.name} is ${result}.` }];
}
