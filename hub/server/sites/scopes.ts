import {
  CaretakerError,
  type EvidenceKind,
  SCOPES,
  type SiteId,
  type StandingConsent,
  type StandingScope,
} from "@caretaker/protocol";
import type { Selectable } from "kysely";
import { enterEnd } from "../consent/standing-ends.ts";
import { type Trx, transaction } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { tellView } from "../state/hiding.ts";
import { changedMeanwhile } from "./changed-meanwhile.ts";
import type { SitesDeps } from "./deps.ts";

export interface NewScopes {
  readonly scopes: readonly StandingScope[];
  readonly evidence: EvidenceKind;
  readonly evidenceNote?: string | undefined;
  readonly givenBy: string;
  readonly until?: string | null | undefined;
}

const REVIEW_AFTER_YEARS = 1;

export function scopesHandlers({ db, announcements }: SitesDeps): Pick<Handlers, "scopes.get" | "scopes.set"> {
  return {
    "scopes.get": async ({ siteId }) => readScopes(db, siteId),

    "scopes.set": async ({ siteId, version, ...scopes }, call) => {
      const { before, after } = await transaction(db, async (trx) => {
        const site = await trx
          .selectFrom("site")
          .select(["scopesVersion"])
          .where("id", "=", siteId)
          .where("removedAt", "is", null)
          .forUpdate()
          .executeTakeFirst();
        if (site === undefined) throw new CaretakerError("not_found", "There is no such site.");
        if (version !== undefined && version !== site.scopesVersion) {
          const versions = { mine: version, current: site.scopesVersion };
          const name = "The standing consent of this site";
          throw await changedMeanwhile(trx, { name, version: versions, chain: siteId, event: "scopes.changed" });
        }
        // An end that has come is not lost by recording anew.
        await enterEnd(trx, siteId, call.now);
        const before = await readScopes(trx, siteId);
        await trx
          .updateTable("site")
          .set({ scopesVersion: site.scopesVersion + 1 })
          .where("id", "=", siteId)
          .execute();
        await writeScopes(trx, siteId, scopes, call);
        await tellView(trx, siteId);
        return { before, after: await readScopes(trx, siteId) };
      });
      announcements.announce({ type: "site.changed", siteId });
      const has = (list: StandingConsent[]): boolean => list.some(({ scope }) => scope === "view");
      if (has(before.scopes) && !has(after.scopes)) announcements.announce({ type: "view.withdrawn", siteId });
      return after;
    },
  };
}

/** Replaces what stands, in the caller's transaction. A scope includes those before it, so they are recorded with it. */
export async function writeScopes(
  trx: Trx,
  siteId: SiteId,
  { scopes, evidence, evidenceNote, givenBy, until = null }: NewScopes,
  call: Call,
): Promise<void> {
  if (until !== null && Date.parse(until) <= call.now.getTime()) {
    const message = "has passed already: nothing would be allowed by it";
    throw new CaretakerError("invalid_input", `The end ${message}.`, { fields: [{ path: "until", message }] });
  }
  const highest = Math.max(-1, ...scopes.map((scope) => SCOPES.indexOf(scope)));
  const all = SCOPES.slice(0, highest + 1) as StandingScope[];
  const reviewAt = new Date(call.now);
  reviewAt.setUTCFullYear(reviewAt.getUTCFullYear() + REVIEW_AFTER_YEARS);
  await trx.deleteFrom("standingConsent").where("siteId", "=", siteId).execute();
  if (all.length > 0) {
    await trx
      .insertInto("standingConsent")
      .values(
        all.map((scope) => ({
          siteId,
          scope,
          givenAt: call.now,
          givenBy,
          evidence,
          evidenceNote: evidenceNote ?? null,
          reviewAt,
          until,
        })),
      )
      .execute();
  }
  const payload = {
    scopes: all,
    evidence,
    evidenceNote: evidenceNote ?? null,
    givenBy,
    reviewAt: reviewAt.toISOString(),
    until,
  };
  await appendLedger(trx, {
    chain: siteId,
    event: "scopes.changed",
    actor: actorText(call.actor),
    payload,
    now: call.now,
  });
}

export async function readScopes(
  db: SitesDeps["db"],
  siteId: string,
): Promise<{ scopes: StandingConsent[]; version: number }> {
  const site = await db.selectFrom("site").select("scopesVersion").where("id", "=", siteId).executeTakeFirst();
  if (site === undefined) throw new CaretakerError("not_found", "There is no such site.");
  const rows = await db.selectFrom("standingConsent").selectAll().where("siteId", "=", siteId).execute();
  return {
    scopes: rows.map(toStanding).sort((a, b) => SCOPES.indexOf(a.scope) - SCOPES.indexOf(b.scope)),
    version: site.scopesVersion,
  };
}

function toStanding(row: Selectable<Tables["standingConsent"]>): StandingConsent {
  return {
    scope: row.scope,
    givenAt: row.givenAt,
    givenBy: row.givenBy,
    evidence: row.evidence,
    evidenceNote: row.evidenceNote,
    reviewAt: row.reviewAt,
    until: row.until,
  };
}
