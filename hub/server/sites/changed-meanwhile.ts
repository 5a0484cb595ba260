import { CaretakerError, type LedgerEvent } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import type { Chain } from "../ledger/chain.ts";
import { namesOf } from "../ledger/names.ts";

export interface Changed {
  /** What was changed, as a person calls it. */
  readonly name: string;
  readonly version: { readonly mine: number; readonly current: number };
  readonly chain: Chain;
  /** What that ledger says at each such change, and of which device or client. */
  readonly event: Extract<LedgerEvent, "site.changed" | "scopes.changed" | "device.changed" | "client.changed">;
  readonly deviceId?: string;
  readonly clientId?: string;
}

/**
 * Two people edited the same row: the later one is told who was first and what of it was changed, and nothing of the
 * earlier one is lost. Each change adds one to the version and one entry to the ledger, so the last entries tell.
 */
export async function changedMeanwhile(trx: Trx, changed: Changed): Promise<CaretakerError> {
  const { mine, current } = changed.version;
  const entries = await trx
    .selectFrom("ledgerEntry")
    .innerJoin("ledgerPayload", (join) =>
      join
        .onRef("ledgerPayload.chain", "=", "ledgerEntry.chain")
        .onRef("ledgerPayload.number", "=", "ledgerEntry.number"),
    )
    .select(["ledgerEntry.at", "ledgerEntry.actor", "ledgerPayload.payload"])
    .where("ledgerEntry.chain", "=", changed.chain)
    .where("ledgerEntry.event", "=", changed.event)
    .orderBy("ledgerEntry.number", "desc")
    .limit(100)
    .execute();
  const names = await namesOf(
    trx,
    entries.map(({ actor }) => actor),
  );
  const missed = entries
    .map(({ at, actor, payload }) => ({ at, by: names.get(actor) ?? "somebody", said: read(payload) }))
    .filter(({ said }) => said.deviceId === changed.deviceId && said.clientId === changed.clientId)
    .slice(0, Math.max(0, current - mine));
  const fields = [...new Set(missed.flatMap(({ said }) => said.fields ?? Object.keys(said.changes ?? {})))];
  const people = [...new Set(missed.map(({ by }) => by))];
  const who = people.length === 0 ? "somebody else" : people.join(" and ");
  const what = fields.length === 0 ? "" : ` (${fields.join(", ")})`;
  return new CaretakerError(
    "changed_meanwhile",
    `${changed.name} was changed by ${who}${what} while you were editing. Look at it again, then make your change.`,
    { meta: { currentVersion: current, changedBy: people, changedAt: missed[0]?.at ?? null, fields } },
  );
}

interface Said {
  readonly deviceId?: string;
  readonly clientId?: string;
  readonly changes?: object;
  /** Where the words of a change are in other ledgers. */
  readonly fields?: readonly string[];
}

function read(payload: string | null): Said {
  return payload === null ? {} : (JSON.parse(payload) as Said);
}
