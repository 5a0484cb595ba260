import { type ErrorCode, type ProposedAct, raise } from "@caretaker/protocol";
import { builtOnce, oneBuiltOnce } from "../db/built-once.ts";
import type { Trx } from "../db/database.ts";
import { together } from "../db/together.ts";
import { freezeOf } from "./freeze.ts";
import type { Acted, ActRequest } from "./gate.ts";
import { type Affected, affectedBy, objection } from "./protect.ts";
import { raisedFor } from "./raises.ts";
import type { RunRow } from "./record.ts";

export interface Against {
  readonly freeze: string | null;
  readonly holdsLock: boolean;
  readonly affected: Awaited<ReturnType<typeof affectedBy>>;
  readonly raised: Awaited<ReturnType<typeof raisedFor>>;
}

/** What may stand against an act, apart from consent. What a cut made dark is made light again whatever that is. */
export async function lookAgainst(
  trx: Trx,
  row: RunRow,
  { act: { capability, thing, gatewayId }, purpose }: ActRequest,
): Promise<Against | null> {
  if (purpose === "settle") return null;
  const [freeze, lock, [affected, raised]] = await together(
    freezeOf(trx, row, gatewayId),
    selectLock(trx, { runId: row.id }),
    affectedBy(trx, row.siteId, capability, thing).then(async (affected) => {
      const raised = await raisedFor(trx, row.siteId, { capability, thing, gatewayId }, affected.devices);
      return [affected, raised] as const;
    }),
  );
  return { freeze, holdsLock: lock !== undefined, affected, raised };
}

/** What of it is a refusal, with the row as it is now. */
export function refusalOf(
  row: RunRow,
  { act: { capability, thing, proposed }, purpose, number }: ActRequest,
  against: Against | null,
): Extract<Acted, { kind: "refused" }> | null {
  if (row.isRehearsal) return refused("not_allowed", "A rehearsal says what it would do, and does nothing.");
  if (purpose === "do" && row.stopRequestedAt !== null)
    return refused("consent_refused", "The run is to stop: nothing new is begun.");
  if (purpose === "do" && number > proposed.tries)
    return refused("conflict", `${proposed.tries} tries were allowed, and they are used.`);
  if (against === null) return null;
  const { freeze, holdsLock, affected, raised } = against;
  // The homeowner's own stop is stronger than a freeze: what runs is put back as it was.
  if (freeze !== null && !(purpose === "undo" && row.isWithdrawn)) return refused("frozen", freeze);
  if (purpose === "do" && !holdsLock) return refused("run_in_progress", "Another run works there now.");
  const objected = objection(capability, thing, affected);
  if (objected !== null) return refused("not_allowed", objected);
  return purpose === "do" && isRaisedMeanwhile(proposed, affected.devices, raised)
    ? refused("consent_missing", `Somebody has just raised what has to be allowed for ${proposed.targetName}.`)
    : null;
}

/** What was planned a moment ago is asked for anew when somebody has raised it since then. */
function isRaisedMeanwhile(proposed: ProposedAct, devices: readonly Affected[], raised: Against["raised"]): boolean {
  const isPrivate = raised.isPrivate || devices.some(({ hasPrivate }) => hasPrivate);
  return raise(proposed.scope, raised.scope) !== proposed.scope || (isPrivate && !proposed.private);
}

/**
 * Whoever raises what has to be allowed for something of this home, or by its plan, waits until this transaction has
 * ended. The site is held with its plan.
 */
export const holdSite = builtOnce((db, { siteId }: { siteId: string }) =>
  db
    .selectFrom("plan")
    .select("id")
    .where("id", "=", (plan) => plan.selectFrom("site").select("planId").where("site.id", "=", siteId).forShare())
    .forShare(),
);

const selectLock = oneBuiltOnce((db, { runId }: { runId: string }) =>
  db.selectFrom("siteLock").select("lock").where("runId", "=", runId).limit(1),
);

export function refused(code: ErrorCode, message: string, isDrift = false): Extract<Acted, { kind: "refused" }> {
  return { kind: "refused", code, message, isDrift };
}
