import {
  type Cancel,
  type CaretakerError,
  isCaretakerError,
  type RunbookId,
  type RunId,
  sleep,
} from "@caretaker/protocol";
import { transaction } from "../db/database.ts";
import { withLogFields } from "../log.ts";
import { readKept } from "../runbooks/kept.ts";
import { type Claimed, claimDue, claimHanded, giveBack, nextDueIn, renewClaim } from "./claim.ts";
import { LEASE_SECONDS, type RunsDeps } from "./deps.ts";
import { HandOver } from "./hand-over.ts";
import { type Plan, planOf } from "./plan.ts";
import { lockRun, type RunRow, record } from "./record.ts";
import { LostClaim, Ride } from "./ride.ts";
import { takeTurn } from "./turn.ts";

const WORKERS = 10;
/** Runs of other hubs and moments that nobody announced are found by looking, at the latest after this. */
const LOOKS_EVERY_MILLISECONDS = 5000;
const RENEWS_EVERY_MILLISECONDS = (LEASE_SECONDS * 1000) / 3;
/** A look that is missed now and then is no trouble. */
const TROUBLED_AFTER_MILLISECONDS = 30_000;
const AGAIN_AFTER_MILLISECONDS = 5000;
const MOST_FAILURES = 5;
const CLOSES_WITHIN_MILLISECONDS = 20_000;

/**
 * Works on runs that are due. Each is claimed in the database, driven as far as it goes without waiting, and given
 * back; all that must survive is in its row, so any hub can go on where another one died.
 */
export class Engine {
  readonly #deps: RunsDeps;
  readonly #working = new Set<Promise<void>>();
  readonly #plans = new Map<string, Plan>();
  readonly #handOver: HandOver;
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  #lookedAt = 0;
  #cancelTimer: Cancel = () => {};
  #stops: (() => void)[] = [];
  #isRunning = false;
  #isClosed = false;

  constructor(deps: RunsDeps) {
    this.#deps = deps;
    this.#handOver = new HandOver(deps);
  }

  start(): void {
    this.#isRunning = true;
    this.#lookedAt = this.#deps.clock.monotonic();
    this.#stops.push(this.#deps.announcements.on("run.due", () => this.wake()));
    this.wake();
  }

  /** There may be something to do. Cheap, and safe to call at any time. */
  wake(): void {
    if (this.#isClosed || !this.#isRunning) return;
    this.#lookAgain = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
      if (this.#lookAgain) this.wake();
    });
  }

  /** What keeps runs that are due from being found, for whoever watches the hub; null when nothing does. */
  trouble(): string | null {
    if (!this.#isRunning || this.#isClosed) return "does not look for runs";
    const silent = this.#deps.clock.monotonic() - this.#lookedAt;
    return silent < TROUBLED_AFTER_MILLISECONDS ? null : `could not look for runs for ${Math.round(silent / 1000)} s`;
  }

  /** Does all that is due now, and what becomes due by that; for tests, which move the clock themselves. */
  async settle(): Promise<void> {
    for (let found = true; found && !this.#isClosed; ) {
      found = await this.#claimOne();
      if (!found && this.#working.size > 0) {
        await Promise.race(this.#working);
        found = true;
      }
    }
  }

  /**
   * Takes no more runs and lets those go on that it has, to the end of their turn: an act that is being done is written
   * down. What takes longer is found by the next hub, which looks what became of it.
   */
  async close(): Promise<void> {
    this.abandon();
    await this.#looking?.catch(() => {});
    const waited = new AbortController();
    const late = sleep(this.#deps.clock, CLOSES_WITHIN_MILLISECONDS, waited.signal).catch(() => {});
    await Promise.race([Promise.allSettled(this.#working), late]);
    waited.abort();
  }

  /** As if the process had died: what it works on is left as it is, for whoever comes when the claim has run out. */
  abandon(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    for (const stop of this.#stops.splice(0)) stop();
  }

  async #look(): Promise<void> {
    this.#cancelTimer();
    this.#lookAgain = false;
    const { clock, db, log, workers = WORKERS } = this.#deps;
    let wait = LOOKS_EVERY_MILLISECONDS;
    try {
      while (!this.#isClosed && this.#working.size < workers && (await this.#claimOne()));
      // With all workers busy, the first that is free looks again.
      if (this.#working.size < workers) {
        const due = await nextDueIn(db, await this.#deps.now(db));
        if (due !== null) wait = Math.min(wait, due);
      }
      this.#lookedAt = clock.monotonic();
    } catch (error) {
      if (!this.#isClosed) log.warn({ error }, "Runs that are due could not be looked for. It is tried again.");
    }
    if (!this.#isClosed) this.#cancelTimer = clock.after(wait, () => this.wake());
  }

  /** Another hub handed this run over to us. With all workers busy it is left, and comes back to whoever is free. */
  async take(runId: RunId): Promise<void> {
    const { log, workers = WORKERS } = this.#deps;
    if (this.#isClosed || this.#working.size >= workers) return;
    try {
      const claimed = await claimHanded(this.#deps, runId);
      if (claimed !== undefined) this.#work(claimed);
    } catch (error) {
      log.warn({ error, runId }, "A run that was handed over could not be taken. It is due again in a moment.");
    }
  }

  async #claimOne(): Promise<boolean> {
    const claimed = await claimDue(this.#deps);
    if (claimed === undefined) return false;
    this.#work(claimed);
    return true;
  }

  #work(claimed: Claimed): void {
    const work = withLogFields({ runId: claimed.run.id }, () => this.#drive(claimed)).finally(() => {
      this.#working.delete(work);
      this.wake();
    });
    this.#working.add(work);
  }

  /** Turn after turn, until the run rests, ends, or is somebody else's. */
  async #drive(claimed: Claimed): Promise<void> {
    const { run: row } = claimed;
    let ride: Ride | null = null;
    const keep = this.#keepClaim(row, (begun) => ride?.claimRenewed(begun));
    try {
      if (await this.#handOver.take(claimed)) return;
      ride = new Ride(this.#deps, await this.#planFor(row), claimed);
      let isOn = true;
      while (isOn && !this.#isClosed) isOn = (await takeTurn(ride)).kind === "on" && ride.row.claimedBy !== null;
      if (isOn && this.#isClosed) await giveBack(this.#deps, row.id, row.fencing, ride.now());
    } catch (error) {
      if (error instanceof LostClaim) this.#deps.log.info({ reason: error.message }, "A run is worked on elsewhere.");
      else await this.#failed(row, ride, error);
    } finally {
      keep();
    }
  }

  #keepClaim(row: RunRow, renewed: (begun: number) => void): Cancel {
    let cancel: Cancel = () => {};
    const renew = (): void => {
      cancel = this.#deps.clock.after(RENEWS_EVERY_MILLISECONDS, () => {
        if (this.#isClosed) return;
        const begun = this.#deps.clock.monotonic();
        renewClaim(this.#deps, row.id, row.fencing).then(
          (isOurs) => {
            if (!isOurs) return;
            renewed(begun);
            renew();
          },
          () => renew(),
        );
      });
    };
    renew();
    return () => cancel();
  }

  /** An error of the hub itself: tried again a few times, then the run ends and says so. Nothing of a home ends here. */
  async #failed(row: RunRow, ride: Ride | null, error: unknown): Promise<void> {
    this.#deps.log.error({ error }, "A run could not go on.");
    const isPassing = isCaretakerError(error, "database_unavailable");
    try {
      if (ride === null && isCaretakerError(error, "invalid_runbook")) return await this.#finishUnreadable(row, error);
      const failures = (ride?.memory.failures ?? 0) + (isPassing ? 0 : 1);
      if (ride === null || failures < MOST_FAILURES) {
        if (ride !== null && !isPassing) await ride.commit({ events: [], memory: { ...ride.memory, failures } });
        const at = await this.#deps.now(this.#deps.db);
        await giveBack(this.#deps, row.id, row.fencing, new Date(at.getTime() + AGAIN_AFTER_MILLISECONDS));
        return;
      }
      const note = "The hub could not go on with this run: an error of its own, which its log shows.";
      await ride.commit({ events: [{ kind: "run.finished", outcome: "unclear", note }] });
    } catch (again) {
      // The claim runs out by itself, and the run is found again then.
      if (!(again instanceof LostClaim)) this.#deps.log.warn({ error: again }, "A run could not be given back.");
    }
  }

  /** Written by a newer hub, or damaged: no hub of this version will ever go on with it. */
  async #finishUnreadable(row: RunRow, { message }: CaretakerError): Promise<void> {
    const { db, now, announcements } = this.#deps;
    const said = await transaction(db, async (trx) => {
      const locked = await lockRun(trx, row.id);
      if (locked?.fencing !== row.fencing) throw new LostClaim(`The claim to run ${row.number} is lost.`);
      const finished = { kind: "run.finished" as const, outcome: "unclear" as const, note: message };
      return record(trx, locked, await now(trx), { events: [finished] });
    });
    for (const announcement of said.announcements) announcements.announce(announcement);
  }

  /** The version that the run began with, whatever the library has now. */
  async #planFor(row: RunRow): Promise<Plan> {
    const known = this.#plans.get(row.digest);
    if (known !== undefined) return known;
    const { db, library } = this.#deps;
    const kept = await db
      .selectFrom("runbookVersion")
      .select("document")
      .where("digest", "=", row.digest)
      .executeTakeFirstOrThrow();
    const { runbook, uses } = readKept(kept.document, row.runbook as RunbookId);
    const plan = planOf(runbook, { ...library.world, runbooks: uses });
    this.#plans.set(row.digest, plan);
    return plan;
  }
}
