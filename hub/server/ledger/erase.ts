import { CaretakerError } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import { appendLedger } from "./append.ts";
import type { Chain } from "./chain.ts";

export interface ErasePayloads {
  readonly chain: Chain;
  readonly numbers: readonly number[];
  readonly actor: string;
  /** Why, without anything that was to be erased. */
  readonly reason: string;
  readonly now?: Date;
}

/**
 * Takes the words of entries away, as a person may ask. Each entry, its hash and its commitment stay, so the chain stays
 * whole; that it was done, of which, by whom and why is an entry of its own, which cannot be erased.
 */
export async function erasePayloads(trx: Trx, { chain, numbers, actor, reason, now }: ErasePayloads): Promise<void> {
  if (numbers.length === 0) return;
  const entries = await trx
    .selectFrom("ledgerPayload")
    .innerJoin("ledgerEntry", (join) =>
      join
        .onRef("ledgerEntry.chain", "=", "ledgerPayload.chain")
        .onRef("ledgerEntry.number", "=", "ledgerPayload.number"),
    )
    .select(["ledgerEntry.number", "ledgerEntry.event", "ledgerPayload.erasedAt"])
    .where("ledgerPayload.chain", "=", chain)
    .where("ledgerPayload.number", "in", [...numbers])
    .orderBy("ledgerPayload.number")
    .forUpdate(["ledgerPayload"])
    .execute();
  const missing = numbers.find((number) => !entries.some((entry) => entry.number === number));
  if (missing !== undefined) throw new CaretakerError("not_found", `This ledger has no entry ${missing}.`);
  for (const { number, event, erasedAt } of entries) {
    if (event === "ledger.erased") {
      throw new CaretakerError("not_allowed", `Entry ${number} tells of an erasure, and that cannot be erased itself.`);
    }
    if (erasedAt !== null) {
      throw new CaretakerError("already_done", `The words of entry ${number} were erased before.`);
    }
  }
  const { at } = await appendLedger(trx, {
    chain,
    event: "ledger.erased",
    actor,
    payload: { numbers: entries.map(({ number }) => number), reason },
    ...(now === undefined ? {} : { now }),
  });
  await trx
    .updateTable("ledgerPayload")
    .set({ payload: null, salt: null, erasedAt: at })
    .where("chain", "=", chain)
    .where("number", "in", [...numbers])
    .execute();
}
