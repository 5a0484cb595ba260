import type { SiteId, StandingScope } from "@caretaker/protocol";
import { builtOnce } from "../db/built-once.ts";
import { type Database, now } from "../db/database.ts";

interface GivenForGood {
  readonly scope: StandingScope;
  readonly until: string | null;
}

/** Whether the end that was agreed has come: from that moment on nothing of it holds. */
function isPastEnd({ until }: Pick<GivenForGood, "until">, moment: Date): boolean {
  return until !== null && moment.getTime() >= Date.parse(until);
}

/** The scopes that stand in a home at this moment, by the database's clock. */
export async function standingScopes(db: Database, siteId: string, clock = now): Promise<StandingScope[]> {
  const rows = await selectStanding(db, { siteId });
  if (rows.every(({ until }) => until === null)) return rows.map(({ scope }) => scope);
  const moment = await clock(db);
  return rows.filter((given) => !isPastEnd(given, moment)).map(({ scope }) => scope);
}

const selectStanding = builtOnce((db, { siteId }: { siteId: string }) =>
  db.selectFrom("standingConsent").select(["scope", "until"]).where("siteId", "=", siteId),
);

/** Whether the homeowner allows us to look at the home, for good. */
export async function mayView(db: Database, siteId: SiteId): Promise<boolean> {
  return (await standingScopes(db, siteId)).includes("view");
}
