import type { Cancel, Clock, SiteId } from "@caretaker/protocol";
import type { Announcement, Announcements } from "../announcements.ts";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { appendLedger } from "../ledger/append.ts";
import type { Log } from "../log.ts";
import { endGrant } from "./grant-end.ts";

export interface StandingEndsDeps {
  readonly db: Database;
  readonly now: (db: Database) => Promise<Date>;
  readonly clock: Clock;
  readonly announcements: Announcements;
  readonly log: Pick<Log, "warn">;
}

/** Another hub on this database may record an end: it is looked for as often as this. */
const LOOKS_EVERY_MILLISECONDS = 60_000;
const AGAIN_AFTER_MILLISECONDS = 1000;

/**
 * What was allowed until an agreed moment holds no more from then on, whether or not anybody looks: the gate and the
 * readings decide by the database's clock. Here it is told: the live view closes, and the ledger says it once.
 */
export class StandingEnds {
  readonly #deps: StandingEndsDeps;
  #cancel: Cancel = () => {};
  #working: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** This hub has told of all ends up to then. */
  #toldUntil = new Date(0);
  readonly #stops: (() => void)[] = [];

  constructor(deps: StandingEndsDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    this.#stops.push(this.#deps.announcements.on("site.changed", () => this.#soon(0)));
    this.#soon(0);
    await this.#working;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    for (const stop of this.#stops) stop();
    await this.#working;
  }

  #soon(milliseconds: number): void {
    this.#cancel();
    if (this.#isClosed) return;
    this.#cancel = this.#deps.clock.after(milliseconds, () => {
      this.#working = this.#working
        .then(() => this.#look())
        .catch((error: unknown) => {
          this.#deps.log.warn(
            { error },
            "It could not be looked what is no longer allowed for good. It is tried again.",
          );
          return AGAIN_AFTER_MILLISECONDS;
        })
        .then((next) => this.#soon(next));
    });
  }

  /** Tells what has ended since the last look. Returns after how long to look again. */
  async #look(): Promise<number> {
    const { db, announcements } = this.#deps;
    const { at, ended, next } = await transaction(db, async (trx) => {
      const at = await this.#deps.now(trx);
      const ended = await trx
        .selectFrom("standingConsent")
        .select("siteId")
        .where("until", "<=", at.toISOString())
        .where((where) => where.or([where("until", ">", this.#toldUntil.toISOString()), where("endedAt", "is", null)]))
        .distinct()
        .orderBy("siteId")
        .execute();
      for (const { siteId } of ended) await enterEnd(trx, siteId as SiteId, at);
      const { next } = await trx
        .selectFrom("standingConsent")
        .select((select) => select.fn.min("until").as("next"))
        .where("until", ">", at.toISOString())
        .executeTakeFirstOrThrow();
      return { at, ended, next };
    });
    this.#toldUntil = at;
    for (const { siteId } of ended as { siteId: SiteId }[]) {
      const said: Announcement[] = [
        { type: "view.withdrawn", siteId },
        { type: "site.changed", siteId },
      ];
      for (const announcement of said) announcements.announce(announcement);
    }
    const left = next === null ? Number.POSITIVE_INFINITY : Date.parse(next) - at.getTime();
    return Math.max(1, Math.min(left, LOOKS_EVERY_MILLISECONDS));
  }
}

/**
 * Into the ledger of the home, once, whoever comes first: a hub, or somebody who records what is allowed anew. What was
 * allowed one time under it has ended too, and does not come back with a new agreement.
 */
export async function enterEnd(trx: Trx, siteId: SiteId, now: Date): Promise<void> {
  await trx.selectFrom("site").select("id").where("id", "=", siteId).forUpdate().execute();
  const ended = await trx
    .updateTable("standingConsent")
    .set({ endedAt: now })
    .where("siteId", "=", siteId)
    .where("until", "<=", now.toISOString())
    .where("endedAt", "is", null)
    .returning(["scope", "until"])
    .execute();
  if (ended.length === 0) return;
  const until = ended[0]?.until ?? now.toISOString();
  const payload = { scopes: ended.map(({ scope }) => scope), until };
  await appendLedger(trx, { chain: siteId, event: "scopes.ended", actor: "hub", payload, now });
  const grants = await trx
    .selectFrom("consentRequest")
    .innerJoin("run", "run.id", "consentRequest.runId")
    .select(["consentRequest.id", "consentRequest.runId", "consentRequest.siteId", "consentRequest.firstActAt"])
    .where("consentRequest.siteId", "=", siteId)
    .where("consentRequest.status", "=", "allowed")
    .where("consentRequest.answeredAt", "<", until)
    .where("run.status", "not in", ["finished", "cancelled"])
    .orderBy("consentRequest.id")
    .forUpdate("consentRequest")
    .execute();
  const end = { end: "contract_ended", why: "What was agreed with this home has ended.", now } as const;
  for (const grant of grants) await endGrant(trx, grant, end);
}
