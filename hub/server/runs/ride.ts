import {
  type CapabilityName,
  type Expectation,
  type GatewayId,
  isCapability,
  type RunEventData,
  type RunId,
  type SiteId,
  type Step,
  type StepStatus,
  type With,
} from "@caretaker/protocol";
import { type Trx, transaction } from "../db/database.ts";
import { together } from "../db/together.ts";
import { type Judgement, judge } from "../runbooks/expect.ts";
import type { Claimed } from "./claim.ts";
import type { CrashPoint, RunsDeps } from "./deps.ts";
import { LEASE_SECONDS } from "./deps.ts";
import type { At } from "./items.ts";
import type { ActiveStep, RunMemory } from "./memory.ts";
import type { Next, Plan } from "./plan.ts";
import {
  type Change,
  lockIfUnchanged,
  lockRun,
  memoryOf,
  type Recorded,
  type RunRow,
  record,
  recordIfUnchanged,
} from "./record.ts";
import { hasEnded } from "./status.ts";
import { findThing } from "./things.ts";
import { findGivenThings, type Given, giveInput, referenceSubjects, textsIn, type Values, valuesOf } from "./values.ts";
import { resumed } from "./waiting.ts";

/** Another hub took the run over, or it has ended meanwhile: nothing more may be written for it here. */
export class LostClaim extends Error {}

/** What the engine does after a turn: go on at once, look again at a moment, or let go of the run. */
export type Turn = { readonly kind: "on" } | { readonly kind: "rest" };
export const ON: Turn = { kind: "on" };
export const REST: Turn = { kind: "rest" };

/** Makes a change out of the row as it is now, locked; null changes nothing. */
export type Decide = (trx: Trx, row: RunRow, now: Date) => Promise<Change | null> | Change | null;

/** A run while this hub has the claim to it. Whatever it writes, it writes through `commit`, with its fencing number. */
export class Ride {
  readonly deps: RunsDeps;
  readonly plan: Plan;
  readonly fencing: number;
  row: RunRow;
  /** By the clock that never jumps: after it nothing is sent any more. */
  #claimEndsAt: number;
  #late: number;
  /** What the database's clock said last, and what the clock that never jumps said just after that. */
  #told: { readonly at: number; readonly heard: number };

  constructor(deps: RunsDeps, plan: Plan, { run, lateMilliseconds, at, heard }: Claimed) {
    this.deps = deps;
    this.row = run;
    this.plan = plan;
    this.fencing = run.fencing;
    this.#late = lateMilliseconds;
    this.#claimEndsAt = heard + LEASE_SECONDS * 1000;
    this.#told = { at: at.getTime(), heard };
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

  /**
   * The database's clock: what it said last, and what has gone by since then. Never ahead of it, but for one that was
   * set back meanwhile. Whether an act may be sent is decided by what it says in that transaction.
   */
  now(): Date {
    const { at, heard } = this.#told;
    return new Date(at + Math.floor(this.deps.clock.monotonic() - heard));
  }

  /** The database's clock as a transaction of this ride has it. */
  async nowIn(trx: Trx): Promise<Date> {
    const now = await this.deps.now(trx);
    this.#told = { at: now.getTime(), heard: this.deps.clock.monotonic() };
    return now;
  }

  async crash(point: CrashPoint): Promise<void> {
    await this.deps.crash?.(point, this.memory.at);
  }

  /** Writes events and notes, all or nothing; rejects with `LostClaim` when the claim is no longer ours. */
  async commit(change: Change | Decide): Promise<void> {
    await this.crash("commit.before");
    const begun = this.deps.clock.monotonic();
    const done = (await this.#commitAtOnce(change)) ?? (await this.#commitLocked(change));
    this.row = done.row;
    this.claimRenewed(begun);
    for (const announcement of done.announcements) this.deps.announcements.announce(announcement);
    await this.crash("commit.after");
  }

  /** What does not hang on the row as it is now needs no lock, as long as nobody else has written to it. */
  async #commitAtOnce(change: Change | Decide): Promise<Recorded | null> {
    if (typeof change === "function" || change.events.some(endsRun)) return null;
    const now = this.now();
    return recordIfUnchanged(this.deps.db, this.row, now, this.#renewing(now, change));
  }

  #commitLocked(change: Change | Decide): Promise<Recorded> {
    const decide: Decide = typeof change === "function" ? change : () => change;
    return transaction(this.deps.db, async (trx) => {
      const [row, now] = await together(this.#lockAgain(trx), this.nowIn(trx));
      const decided = await decide(trx, row, now);
      return decided === null ? { row, announcements: [] } : this.write(trx, row, now, decided);
    });
  }

  /** Locks the row and reads all of it, where the claim to it is still ours. */
  async lock(trx: Trx): Promise<RunRow> {
    const row = await lockRun(trx, this.runId);
    if (row === undefined || row.fencing !== this.fencing || row.claimedBy !== this.deps.hubId || hasEnded(row)) {
      throw new LostClaim(`The claim to run ${this.row.number} is lost.`);
    }
    return row;
  }

  /** The same where nothing is sent: what was read before is believed as long as nobody else has written to it. */
  async #lockAgain(trx: Trx): Promise<RunRow> {
    return (await lockIfUnchanged(trx, this.row)) ?? this.lock(trx);
  }

  /** Writes a change, and renews the claim with it. */
  write(trx: Trx, row: RunRow, now: Date, change: Change): Promise<Recorded> {
    return record(trx, row, now, this.#renewing(now, change));
  }

  #renewing(now: Date, change: Change): Change {
    return { claimedUntil: new Date(now.getTime() + LEASE_SECONDS * 1000), ...change };
  }

  /** Notes of the engine about the step it stands at. */
  note(active: Partial<ActiveStep>, more: Partial<RunMemory> = {}): RunMemory {
    return { ...this.memory, ...more, active: { ...this.active, ...active } };
  }

  /** What references are now, as the runbook means them in which the step stands. */
  values(texts: Iterable<string>, { step, item }: At): Promise<Values> {
    const { prefix, runbook } = this.plan.frameOf(step.name);
    const { results, uses } = this.memory;
    const inputs = prefix === "" ? this.row.inputs : (uses[prefix] ?? {});
    return valuesOf({ db: this.deps.db, runbook, prefix, inputs, results, item }, texts);
  }

  /** What a capability is given by a step. */
  async give(capability: CapabilityName, given: With, values: Values): Promise<Given> {
    // A version that another hub has kept may name what this one does not know.
    if (!isCapability(capability)) return { ok: false, why: `this hub knows no ${capability}` };
    const found = await findGivenThings(capability, given, values, (kind, key) =>
      findThing(this.deps.db, kind, this.gatewayId, key),
    );
    return giveInput(capability, given, values, found);
  }

  /** Whether an `if` or a `when` holds. */
  async judge(expectation: Expectation, now: Date): Promise<Judgement> {
    const values = await this.values(textsIn(expectation), { step: this.step, item: null });
    return judge(expectation, referenceSubjects(values, now));
  }

  /** Ends the step it stands at, and goes where its result leads. */
  finishStep(
    status: StepStatus,
    result: string,
    more: { readonly events?: readonly RunEventData[]; readonly output?: object | null; readonly to?: Next } = {},
  ): Promise<void> {
    const { step } = this;
    const output = (more.output ?? null) as Readonly<Record<string, unknown>> | null;
    const to = more.to ?? this.plan.next(step, result);
    return this.goOn({
      events: [
        ...(more.events ?? []),
        ...resumed(this, "What was waited for is decided."),
        { kind: "step.ended", step: step.name, status, result, to: wordOf(to) },
      ],
      results: { [step.name]: { result, output } },
      to,
      last: { note: `The result of ${step.name} is ${result}.` },
    });
  }

  /** Goes to the next step; where a used runbook ends, out of it with its outcome, and where the run's own ends, to the end. */
  async goOn(given: GoOn): Promise<void> {
    const { events, results, to, at } = leaveUsed(this.plan, this.step, given);
    const finished: RunEventData[] =
      "outcome" in to ? [{ kind: "run.finished", outcome: to.outcome, ...given.last }] : [];
    await this.commit({
      events: [...events, ...finished],
      memory: {
        ...this.memory,
        at: "step" in to ? to.step : at.name,
        active: null,
        failures: 0,
        results: { ...this.memory.results, ...results },
      },
    });
  }
}

function endsRun({ kind }: RunEventData): boolean {
  return kind === "run.finished" || kind === "run.cancelled";
}

interface GoOn {
  readonly events: readonly RunEventData[];
  readonly results: RunMemory["results"];
  readonly to: Next;
  /** What is said where this ends a runbook. */
  readonly last: { readonly note?: string; readonly tell?: string };
}

/** What a used runbook ends with is the result of the step that uses it, and so on outwards. */
function leaveUsed(plan: Plan, from: Step, { events, results, to, last }: GoOn): Omit<GoOn, "last"> & { at: Step } {
  const { usedBy } = plan.frameOf(from.name);
  if ("step" in to || usedBy === null) return { events, results, to, at: from };
  const use = plan.step(usedBy);
  const { outcome } = to;
  const next = plan.next(use, outcome);
  const ended = { kind: "step.ended", step: use.name, status: "ended", result: outcome, to: wordOf(next) } as const;
  return leaveUsed(plan, use, {
    events: [...events, { ...ended, ...last }],
    results: { ...results, [use.name]: { result: outcome, output: null } },
    to: next,
    last,
  });
}

function wordOf(to: Next): string {
  return "step" in to ? to.step : to.outcome;
}
