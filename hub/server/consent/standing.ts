import type { SiteId, StandingScope } from "@caretaker/protocol";
import { type RawBuilder, sql } from "kysely";
import { builtOnce } from "../db/built-once.ts";
import { type Database, now } from "../db/database.ts";

export interface GivenForGood {
  readonly scope: StandingScope;
  readonly until: string | null;
}

/** Whether the end that was agreed has come: from that moment on nothing of it holds. */
function isPastEnd({ until }: Pick<GivenForGood, "until">, moment: Date): boolean {
  return until !== null && moment.getTime() >= Date.parse(until);
}

/** The scopes that stand in a home at this moment, by the database's clock. */
export async function standingScopes(db: Database, siteId: string, clock = now): Promise<StandingScope[]> {
  return scopesOf(db, await selectStanding(db, { siteId }), clock);
}

/** Those that hold of what was read with something else of the home. */
export async function scopesOf(db: Database, rows: readonly GivenForGood[], clock = now): Promise<StandingScope[]> {
  if (rows.every(({ until }) => until === null)) return rows.map(({ scope }) => scope);
  const moment = await clock(db);
  return rows.filter((given) => !isPastEnd(given, moment)).map(({ scope }) => scope);
}

const selectStanding = builtOnce((db, { siteId }: { siteId: string }) =>
  db.selectFrom("standingConsent").select(["scope", "until"]).where("siteId", "=", siteId),
);

/** As a column of a query: all that stands in the home that `siteId` names there. */
export const standingIn = (siteId: RawBuilder<string>) =>
  sql<readonly GivenForGood[]>`(select coalesce(json_agg(json_build_object('scope', standing_consent.scope, 'until',
    standing_consent.until)), '[]') from standing_consent where standing_consent.site_id = ${siteId})`;

/** Whether the homeowner allows us to look at the home, for good. */
export async function mayView(db: Database, siteId: SiteId): Promise<boolean> {
  return (await standingScopes(db, siteId)).includes("view");
}
