import type { PersonId, RunId } from "@caretaker/protocol";
import type { Announcement } from "../announcements.ts";
import type { Consent } from "../consent/types.ts";
import type { Trx } from "../db/database.ts";
import { requestStop } from "./answers.ts";

/**
 * Somebody may not sign in any more: what runs in his name, or by a key of his, is stopped at its next safe point, and
 * what homeowners allowed for it has ended, also should he come back. In the transaction that shuts him out, before his
 * own row is locked: the gate locks a run first and then whoever answers for it.
 */
export async function endWorkOf(
  consent: Pick<Consent, "voidGrants">,
  trx: Trx,
  {
    personId,
    name,
    by,
    now,
  }: { readonly personId: PersonId; readonly name: string; readonly by: string; readonly now: Date },
): Promise<readonly Announcement[]> {
  const runs = await trx
    .selectFrom("run")
    .select("id")
    .where("answerableId", "=", personId)
    .where("status", "not in", ["finished", "cancelled"])
    .orderBy("id")
    .forUpdate()
    .execute();
  const why = `${name} may no longer sign in.`;
  const announcements: Announcement[] = [];
  for (const { id } of runs)
    announcements.push(...(await requestStop(trx, { runId: id as RunId, by, reason: why, now })));
  await consent.voidGrants(trx, { end: "starter_left", why, now, answerableId: personId });
  return announcements;
}
