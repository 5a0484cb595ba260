import { createHash, createHmac } from "node:crypto";
import { type Actor, CaretakerError, roleOf } from "@caretaker/protocol";
import { type Database, now } from "../db/database.ts";
import { canonicalJson } from "../ledger/canonical.ts";

const KEY = /^[\x21-\x7e]{8,200}$/;
const KEPT_FOR_HOURS = 24;
/** Longer than any call takes: what has no answer after this was cut off. */
const AT_WORK_FOR_MINUTES = 10;

/**
 * Does `work` once for a key of this actor: the same key and input answer the same again, a key used for another input
 * is a conflict, and one whose first call is still at work is told to wait. A call that failed may be tried again.
 */
export async function once<T extends object>(
  db: Database,
  call: { actor: Actor; operation: string; key: string | undefined; input: unknown },
  work: () => Promise<T>,
): Promise<T> {
  const { actor, operation, key, input } = call;
  if (key === undefined || roleOf(actor) === null) return work();
  if (!KEY.test(key)) throw new CaretakerError("invalid_input", "An Idempotency-Key has 8 to 200 visible characters.");
  const who = actor.kind === "person" || actor.kind === "key" ? `${actor.kind}:${actor.id}` : actor.kind;
  // An input may hold a password. Without the caller's key, which is not kept, nobody can try words against this hash.
  const inputHash = createHmac("sha256", key).update(canonicalJson(input)).digest("hex");
  const row = { actor: who, operation, key: createHash("sha256").update(key).digest("hex") };
  const at = await now(db);
  await forgetOldKeys(db, at);
  const mine = await db
    .insertInto("idempotency")
    .values({ ...row, inputHash, status: null, answer: null, createdAt: at })
    .onConflict((conflict) => conflict.doNothing())
    .returning("key")
    .executeTakeFirst();
  if (mine === undefined) return answerAgain(db, row, inputHash, at);
  let answer: T;
  try {
    answer = await work();
  } catch (error) {
    await db
      .deleteFrom("idempotency")
      .where((where) => where.and(row))
      .execute();
    throw error;
  }
  // What is done stays done: when this fails, the key is kept and stands for work nobody may do again.
  await db
    .updateTable("idempotency")
    .set({ status: 200, answer: JSON.stringify(answer) })
    .where((where) => where.and(row))
    .execute();
  return answer;
}

async function answerAgain<T>(
  db: Database,
  known: { actor: string; operation: string; key: string },
  inputHash: string,
  at: Date,
): Promise<T> {
  const row = await db
    .selectFrom("idempotency")
    .selectAll()
    .where((where) => where.and(known))
    .executeTakeFirst();
  if (row === undefined)
    throw new CaretakerError("conflict", "A call with this Idempotency-Key has just failed. Try it again.");
  if (row.inputHash !== inputHash)
    throw new CaretakerError("conflict", "This Idempotency-Key was used for another input. Use a new one.");
  if (row.status === null && at.getTime() - Date.parse(row.createdAt) > AT_WORK_FOR_MINUTES * 60_000)
    throw new CaretakerError(
      "conflict",
      "The call with this Idempotency-Key was cut off, and nobody knows how far it came. Look whether it was done; if not, use a new key.",
    );
  if (row.status === null)
    throw new CaretakerError("conflict", "A call with this Idempotency-Key is still at work. Ask again in a moment.");
  return row.answer as T;
}

/** Forgets keys that nobody will repeat any more. */
async function forgetOldKeys(db: Database, at: Date): Promise<void> {
  const before = new Date(at.getTime() - KEPT_FOR_HOURS * 3_600_000);
  await db.deleteFrom("idempotency").where("createdAt", "<", before.toISOString()).execute();
}
