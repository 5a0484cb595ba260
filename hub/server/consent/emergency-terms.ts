import type { EmergencyAct, ProposedAct } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";

/** What stands for emergencies in a home, or null: it ends with everything else that was agreed. */
export async function termsOf(db: Database, siteId: string, now: Date) {
  const terms = await db
    .selectFrom("emergencyConsent")
    .select(["capabilities", "atNight", "restsUntil"])
    .where("siteId", "=", siteId)
    .executeTakeFirst();
  const ended = await db
    .selectFrom("standingConsent")
    .select("scope")
    .where("siteId", "=", siteId)
    .where("until", "<=", now.toISOString())
    .limit(1)
    .executeTakeFirst();
  return terms === undefined || ended !== undefined ? null : terms;
}

/** Which acts of a proposal were not agreed to for emergencies. */
export function beyond(
  { acts }: { readonly acts: readonly ProposedAct[] },
  capabilities: readonly EmergencyAct[],
): string[] {
  const wanted = new Set(acts.map(({ capability }) => capability));
  return [...wanted].filter((capability) => !(capabilities as readonly string[]).includes(capability));
}
