import { type Actor, CaretakerError, type PersonErasure, type PersonId } from "@caretaker/protocol";
import { sql } from "kysely";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import type { Chain } from "../ledger/chain.ts";
import { erasePayloads } from "../ledger/erase.ts";
import { GONE, replaceWords } from "./personal-words.ts";

/** Entries of these events tell of an erasure themselves, and name nobody. */
const STAY = ["ledger.erased", "contact.erased", "person.erased"] as const;

/**
 * Takes a former colleague out: who he was, how he signed in, and his name wherever it was written. What he did stays,
 * by an id that says no name any more. Only of somebody who was shut out before.
 */
export async function erasePerson(
  db: Database,
  { personId, reason, actor, now }: { personId: PersonId; reason: string; actor: Actor; now: Date },
): Promise<PersonErasure> {
  return transaction(db, async (trx) => {
    const person = await trx.selectFrom("person").selectAll().where("id", "=", personId).forUpdate().executeTakeFirst();
    if (person === undefined) throw new CaretakerError("not_found", "There is no such person.");
    if (person.name === GONE) throw new CaretakerError("already_done", "This person was erased before.");
    if (person.disabledAt === null) {
      throw new CaretakerError(
        "conflict",
        `${person.name} can still sign in. Shut them out first; then they can be erased.`,
      );
    }
    const words = [person.name, person.email];
    if (words.some((word) => reason.toLowerCase().includes(word.toLowerCase()))) {
      const message = "names the person: the reason stays, so say it without a name or an address";
      throw new CaretakerError("invalid_input", `The reason ${message}.`, { fields: [{ path: "reason", message }] });
    }
    const ledgerEntries = await eraseEntries(trx, words, { actor, reason, now });
    const rows = await replaceWords(trx, null, words);
    for (const table of ["browser_session", "sign_in_account", "second_factor", "passkey"])
      await sql`delete from ${sql.table(table)} where user_id = ${personId}`.execute(trx);
    await trx.deleteFrom("signInLink").where("personId", "=", personId).execute();
    await trx.deleteFrom("invitation").where("email", "=", person.email).execute();
    await trx.deleteFrom("message").where("toAddress", "=", person.email).execute();
    await trx
      .updateTable("person")
      .set({ name: GONE, email: `${personId}@erased.invalid`, image: null, lastSeenAt: null, twoFactorEnabled: false })
      .where("id", "=", personId)
      .execute();
    const counted: PersonErasure = { ledgerEntries, rows };
    await appendLedger(trx, {
      chain: "firm",
      event: "person.erased",
      actor: actorText(actor),
      payload: { personId, reason, ...counted },
      now,
    });
    return counted;
  });
}

/** In every chain in which he is named; chains in one order, so that two erasures never wait for each other. */
async function eraseEntries(
  trx: Trx,
  words: readonly string[],
  { actor, reason, now }: { actor: Actor; reason: string; now: Date },
): Promise<number> {
  const sought = words.map(
    (word) =>
      `%${JSON.stringify(word)
        .slice(1, -1)
        .toLowerCase()
        .replaceAll(/[\\%_]/g, "\\$&")}%`,
  );
  const rows = await trx
    .selectFrom("ledgerPayload")
    .innerJoin("ledgerEntry", (join) =>
      join
        .onRef("ledgerEntry.chain", "=", "ledgerPayload.chain")
        .onRef("ledgerEntry.number", "=", "ledgerPayload.number"),
    )
    .select(["ledgerPayload.chain", "ledgerPayload.number"])
    .where("ledgerEntry.event", "not in", [...STAY])
    .where((where) => where.or(sought.map((word) => where(sql<string>`lower(payload)`, "like", word))))
    .orderBy("ledgerPayload.chain")
    .execute();
  const chains = Map.groupBy(rows, ({ chain }) => chain);
  for (const [chain, entries] of chains)
    await erasePayloads(trx, {
      chain: chain as Chain,
      numbers: entries.map(({ number }) => number),
      actor: actorText(actor),
      reason,
      now,
    });
  return rows.length;
}
