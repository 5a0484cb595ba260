import { sql } from "kysely";
import { builtOnce, oneBuiltOnce } from "../db/built-once.ts";
import type { Database, Trx } from "../db/database.ts";
import { nameInActor } from "../ledger/actor.ts";
import type { RunRow } from "./record.ts";

/** Acts share it while they are written down, a freeze has it alone: of two that meet, one is first and the other sees it. */
export const FREEZE_LOCK = 4_400_004;

/** Holds freezes off until this transaction ends; before the run of an act is looked at for one. */
export async function holdFreezesOff(trx: Trx): Promise<void> {
  await shareFreezeLock(trx, {});
}

const shareFreezeLock = builtOnce((db, _: object) => ({
  compile: () => sql`select pg_advisory_xact_lock_shared(${FREEZE_LOCK})`.compile(db),
}));

/** The sentence of a freeze that stops this run from acting, or null. Read in the transaction of each act. */
export async function freezeOf(db: Database, row: RunRow, gatewayId: string): Promise<string | null> {
  const { siteId, runbook } = row;
  const person = row.answerableId ?? row.startedById ?? "";
  const freeze = await selectFreeze(db, { siteId, runbook, person, gatewayId });
  if (freeze === undefined) return null;
  const who = `${nameInActor(freeze.frozenBy)} since ${freeze.frozenAt}`;
  return `Acts are frozen for this ${freeze.kind} by ${who}: ${freeze.reason}. Nothing was done.`;
}

interface Frozen {
  readonly siteId: string;
  readonly gatewayId: string;
  readonly runbook: string;
  readonly person: string;
}

const selectFreeze = oneBuiltOnce((db, { siteId, gatewayId, runbook, person }: Frozen) => {
  const connector = db.selectFrom("gateway").select("gateway.connector").where("gateway.id", "=", gatewayId);
  const subjects: readonly (readonly [kind: string, subject: string | typeof connector])[] = [
    ["firm", "firm"],
    ["site", siteId],
    ["connector", connector],
    ["runbook", runbook],
    ["person", person],
  ];
  return db
    .selectFrom("freeze")
    .select(["kind", "reason", "frozenBy", "frozenAt"])
    .where((where) =>
      where.or(
        subjects.map(([kind, subject]) => where.and([where("kind", "=", kind), where("subject", "=", subject)])),
      ),
    )
    .limit(1);
});
