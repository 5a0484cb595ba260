import type { PersonId } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";

/** Who may be a second person: whoever may publish runbooks and run the firm. */
const REVIEWERS = ["principal", "senior"] as const;

/** A firm of one waits so long with what it may not do alone: time enough for a stolen session to be noticed. */
export const ALONE_WAITS_MILLISECONDS = 3_600_000;

/**
 * Whether this person is the only one who could approve. The rows are held until the transaction ends, so nobody
 * joins or leaves while it is judged.
 */
export async function isFirmOfOne(trx: Trx, personId: PersonId | null): Promise<boolean> {
  const reviewers = await trx
    .selectFrom("person")
    .select("id")
    .where("role", "in", [...REVIEWERS])
    .where("disabledAt", "is", null)
    .orderBy("id")
    .forShare()
    .execute();
  return reviewers.length === 1 && reviewers[0]?.id === personId;
}

/** Whether this person may approve at this moment; he may have lost his role since his request came in. */
export async function mayReview(trx: Trx, personId: PersonId): Promise<boolean> {
  const person = await trx
    .selectFrom("person")
    .select("id")
    .where("id", "=", personId)
    .where("role", "in", [...REVIEWERS])
    .where("disabledAt", "is", null)
    .forShare()
    .executeTakeFirst();
  return person !== undefined;
}
