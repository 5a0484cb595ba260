import type { GatewayId, SessionMemory } from "@caretaker/protocol";
import type { Database, Trx } from "../db/database.ts";
import { now } from "../db/database.ts";

/** A mark or two: what would hold more than that belongs to a table of its own. */
const MOST_CHARACTERS = 4000;

const keyOf = (gatewayId: GatewayId): string => `gateway:${gatewayId}`;

/** What a connector keeps of one gateway from one session to the next. */
export function memoryOf(db: Database, gatewayId: GatewayId): SessionMemory {
  const key = keyOf(gatewayId);
  return {
    async recall() {
      const row = await db.selectFrom("hubMemory").select("value").where("key", "=", key).executeTakeFirst();
      return row?.value;
    },
    async keep(kept) {
      const value = JSON.stringify(kept);
      if (value.length > MOST_CHARACTERS) throw new RangeError(`A connector keeps ${value.length} characters.`);
      const changedAt = await now(db);
      await db
        .insertInto("hubMemory")
        .values({ key, value, changedAt })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ value, changedAt }))
        .execute();
    },
  };
}

/** Of gateways that were removed nothing is kept. */
export async function forgetMemories(trx: Trx, gatewayIds: readonly GatewayId[]): Promise<void> {
  if (gatewayIds.length > 0) await trx.deleteFrom("hubMemory").where("key", "in", gatewayIds.map(keyOf)).execute();
}
