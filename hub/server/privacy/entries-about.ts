import { sql } from "kysely";
import type { Trx } from "../db/database.ts";
import type { Chain } from "../ledger/chain.ts";
import { names } from "./personal-words.ts";

/** Where to look: in one site's chain for all that has to do with the person, in the others for their words. */
export interface About {
  /** Whose every mention by id counts. */
  readonly id: string;
  /** The chain in which the id is looked for, or null for none. */
  readonly idIn: Chain | null;
  /** The chains that are searched for the words, or null for all. */
  readonly chains: readonly Chain[] | null;
  readonly words: readonly string[];
}

/**
 * The numbers of the entries that name a person, by chain; the chains in one order, so that two erasures never wait for
 * each other. What tells of an erasure names nobody.
 */
export async function entriesAbout(trx: Trx, { id, idIn, chains, words }: About): Promise<Map<Chain, number[]>> {
  const rows = await trx
    .selectFrom("ledgerPayload")
    .innerJoin("ledgerEntry", (join) =>
      join
        .onRef("ledgerEntry.chain", "=", "ledgerPayload.chain")
        .onRef("ledgerEntry.number", "=", "ledgerPayload.number"),
    )
    .select(["ledgerPayload.chain", "ledgerPayload.number"])
    .where("ledgerPayload.payload", "is not", null)
    .where("ledgerEntry.event", "not in", ["ledger.erased", "contact.erased", "person.erased"])
    .$if(chains !== null, (query) => query.where("ledgerPayload.chain", "in", [...(chains ?? [])]))
    .where((where) =>
      where.or([
        names(sql.ref("payload"), words, true),
        sql<boolean>`(ledger_payload.chain = ${idIn ?? ""} and position(${id} in payload) > 0)`,
      ]),
    )
    .orderBy("ledgerPayload.chain")
    .orderBy("ledgerPayload.number")
    .execute();
  const byChain = new Map<Chain, number[]>();
  for (const { chain, number } of rows) byChain.set(chain as Chain, [...(byChain.get(chain as Chain) ?? []), number]);
  return byChain;
}
