import {
  type Actor,
  type Cancel,
  CaretakerError,
  hasRunEnded,
  isCaretakerError,
  type PersonId,
  type RunbookId,
  type SessionId,
  type SiteId,
} from "@caretaker/protocol";
import type { Announcement } from "../../announcements.ts";
import { type Trx, transaction } from "../../db/database.ts";
import { appendLedger } from "../../ledger/append.ts";
import { refuseNotStartable } from "../../runbooks/published.ts";
import { startRunIn } from "../start.ts";
import type { RolloutsDeps } from "./deps.ts";
import { type HomeRow, homesOf, type RolloutRow } from "./rows.ts";
import { needsSecondPerson, resultOf } from "./waves.ts";

/** What another hub did, or what was not announced, is found by looking. */
const LOOKS_EVERY_MILLISECONDS = 10_000;

/**
 * Moves rollouts on: begins the runs of a wave one home after another, and sees how they ended. All that must survive is
 * in rows, and a rollout is worked on by whoever holds its row, so any hub can go on where another one died.
 */
export class RolloutPump {
  readonly #deps: RolloutsDeps;
  #working: Promise<void> | null = null;
  #again = false;
  #isClosed = true;
  #cancel: Cancel = () => {};
  #stops: (() => void)[] = [];

  constructor(deps: RolloutsDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#isClosed = false;
    const { announcements } = this.#deps;
    this.#stops = [
      announcements.on("rollout.due", () => this.wake()),
      announcements.on("run.stepped", ({ run }) => {
        if (hasRunEnded(run.status)) this.wake();
      }),
    ];
    this.wake();
  }

  wake(): void {
    if (this.#isClosed) return;
    this.#again = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    for (const stop of this.#stops.splice(0)) stop();
    await this.#working;
  }

  async #work(): Promise<void> {
    this.#cancel();
    while (this.#again && !this.#isClosed) {
      this.#again = false;
      try {
        await moveRollouts(this.#deps, () => this.#isClosed);
      } catch (error) {
        this.#deps.log.warn({ error }, "Rollouts could not be moved on. It is tried again.");
        break;
      }
    }
    if (!this.#isClosed) this.#cancel = this.#deps.clock.after(LOOKS_EVERY_MILLISECONDS, () => this.wake());
  }
}

/** Takes every rollout that works as far as it goes now. */
export async function moveRollouts(deps: RolloutsDeps, isClosed: () => boolean = () => false): Promise<void> {
  const working = await deps.db
    .selectFrom("rollout")
    .select("id")
    .where("status", "=", "working")
    .orderBy("number")
    .execute();
  for (const { id } of working) while (!isClosed() && (await moveOn(deps, id)));
}

/** One step of a rollout: begins one home, or judges its wave. Says whether there is more to do at once. */
async function moveOn(deps: RolloutsDeps, id: string): Promise<boolean> {
  let trying: HomeRow | undefined;
  try {
    const { isMore, announcements } = await transaction(deps.db, async (trx) => {
      const row = await takeRollout(trx, id);
      if (row === undefined) return { isMore: false, announcements: [] };
      const now = await deps.now(trx);
      const homes = await homesOf(trx, [id]);
      const settled = await settle(trx, deps, row, homes, now);
      if (settled !== "begin") return { isMore: settled === "more", announcements: [] };
      const next = homes.find((home) => home.status === "planned" && home.wave <= row.wave);
      if (next === undefined) return { isMore: false, announcements: [] };
      trying = next;
      return { isMore: true, announcements: await beginHome(trx, deps, row, next) };
    });
    for (const announcement of announcements) deps.announcements.announce(announcement);
    return isMore;
  } catch (error) {
    if (trying === undefined || !isCaretakerError(error) || isCaretakerError(error, "database_unavailable"))
      throw error;
    await skipHome(deps, id, trying, error);
    return true;
  }
}

/** The row of a rollout that works, unless another hub holds it just now. */
function takeRollout(trx: Trx, id: string): Promise<RolloutRow | undefined> {
  return trx
    .selectFrom("rollout")
    .selectAll()
    .where("id", "=", id)
    .where("status", "=", "working")
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
}

/** Whether the next home may begin; otherwise what its wave has come to is written down. */
async function settle(
  trx: Trx,
  { library }: RolloutsDeps,
  row: RolloutRow,
  homes: readonly HomeRow[],
  now: Date,
): Promise<"begin" | "wait" | "more"> {
  const results = homes.filter(({ wave }) => wave <= row.wave).map(resultOf);
  const ill = homes.filter((home) => resultOf(home) === "ill");
  if (ill.length >= row.haltAfter && !row.isRehearsal) {
    const why = `${ill.length} of its homes did not end well: ${ill.map(({ siteName }) => siteName).join(", ")}.`;
    await end(trx, row, "halted", why, now);
    return "wait";
  }
  if (results.includes("planned")) {
    const gone = await whyNotInTheirName(trx, row);
    if (gone === null) return "begin";
    await end(trx, row, "paused", gone, now);
    return "wait";
  }
  if (results.includes("open")) return "wait";
  if (homes.every(({ wave }) => wave <= row.wave)) {
    await end(trx, row, "finished", null, now);
    return "wait";
  }
  const isAllWell = homes.every((home) => home.wave !== row.wave || resultOf(home) === "well");
  if (row.goesOn && isAllWell && !needsSecondPerson(library, row, homes, row.wave + 1)) {
    await trx
      .updateTable("rollout")
      .set({ wave: row.wave + 1 })
      .where("id", "=", row.id)
      .execute();
    const payload = {
      rolloutId: row.id,
      number: row.number,
      wave: row.wave + 1,
      reason: "Every home of the wave before ended well.",
    };
    await appendLedger(trx, { chain: "firm", event: "rollout.wave", actor: "hub", payload, now });
    return "more";
  }
  await end(trx, row, "paused", null, now);
  return "wait";
}

async function end(
  trx: Trx,
  row: RolloutRow,
  status: "paused" | "halted" | "finished",
  why: string | null,
  now: Date,
): Promise<void> {
  await trx
    .updateTable("rollout")
    .set({ status, why, ...(status === "finished" ? { finishedAt: now } : {}) })
    .where("id", "=", row.id)
    .execute();
  if (status === "paused") return;
  const event = status === "halted" ? ("rollout.halted" as const) : ("rollout.finished" as const);
  const payload = { rolloutId: row.id, number: row.number, wave: row.wave, ...(why === null ? {} : { why }) };
  await appendLedger(trx, { chain: "firm", event, actor: "hub", payload, now });
}

const FIXERS: ReadonlySet<string> = new Set(["principal", "senior", "technician"]);

/** A wave is begun in somebody's name: who may not fix any more does not begin the rest of it. */
async function whyNotInTheirName(trx: Trx, { waveBy }: RolloutRow): Promise<string | null> {
  const person = await trx
    .selectFrom("person")
    .select(["disabledAt", "role"])
    .where("id", "=", waveBy.id)
    .forShare()
    .executeTakeFirst();
  if (person !== undefined && person.disabledAt === null && FIXERS.has(person.role)) return null;
  return `${waveBy.name} may not start runs any more, so the rest of this wave did not begin. A colleague can begin it.`;
}

async function beginHome(
  trx: Trx,
  deps: RolloutsDeps,
  row: RolloutRow,
  home: HomeRow,
): Promise<readonly Announcement[]> {
  await deps.library.refresh?.();
  const now = deps.library.get(row.runbook);
  if (now === undefined) await refuseNotStartable(trx, deps.library, row.runbook);
  if (now?.digest !== row.digest) {
    throw new CaretakerError("changed_meanwhile", `${row.runbook} was published anew since this rollout began.`);
  }
  const actor: Actor = {
    kind: "person",
    id: row.waveBy.id as PersonId,
    name: row.waveBy.name,
    role: row.waveBy.role,
    sessionId: "rollout" as SessionId,
    factorAt: null,
  };
  const { run, announcements } = await startRunIn(trx, deps, {
    siteId: home.siteId as SiteId,
    ...(home.gatewayId === null ? {} : { gatewayId: home.gatewayId as never }),
    runbook: row.runbook as RunbookId,
    inputs: home.inputs,
    reason: row.reason,
    homeownerAsked: false,
    rehearse: row.isRehearsal,
    actor,
  });
  await trx
    .updateTable("rolloutHome")
    .set({ status: "started", runId: run.id })
    .where("rolloutId", "=", row.id)
    .where("siteId", "=", home.siteId)
    .execute();
  return announcements;
}

/** It could not begin there: that home is passed over, and says why. */
async function skipHome(
  { db }: RolloutsDeps,
  rolloutId: string,
  { siteId }: HomeRow,
  { message }: CaretakerError,
): Promise<void> {
  await db
    .updateTable("rolloutHome")
    .set({ status: "skipped", why: message })
    .where("rolloutId", "=", rolloutId)
    .where("siteId", "=", siteId)
    .where("status", "=", "planned")
    .execute();
}
