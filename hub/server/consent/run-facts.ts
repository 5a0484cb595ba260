import type { Proposal, ProposedAct, Text } from "@caretaker/protocol";
import { scopeRank } from "@caretaker/protocol";
import { oneBuiltOnce } from "../db/built-once.ts";
import type { Trx } from "../db/database.ts";
import { together } from "../db/together.ts";
import { canonicalJson } from "../ledger/canonical.ts";
import { quietUntil } from "./quiet-hours.ts";
import { type Refused, refuse } from "./refuse.ts";
import type { ActQuestion } from "./types.ts";

/** The run as it is now, and its home's night. */
export interface RunFacts {
  readonly digest: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly price: Text | null;
  /** When the quiet hours end that this act has to wait for; null when it has not to. */
  readonly quietUntil: Date | null;
}

/**
 * What the run is now, with its row and its site's locked. A run that ended, a site that left us and a person who was
 * shut out permit nothing more.
 */
export async function factsOf(trx: Trx, { runId, siteId, act, now }: ActQuestion): Promise<RunFacts | Refused> {
  const [run, person] = await together(lockWithSite(trx, { runId, siteId }), holdAnswerable(trx, { runId }));
  if (run === undefined) {
    return refuse("consent_missing", "This run is not of this home.");
  }
  if (run.status === "finished" || run.status === "cancelled") {
    return refuse("consent_expired", "The run has ended, and what was allowed for it ended with it.");
  }
  if (run.removedAt !== null) {
    return refuse("consent_refused", "This home is no longer in our care: nothing may be done there.");
  }
  if (person !== undefined && person.disabledAt !== null) {
    return refuse("consent_expired", "Whoever started this run may no longer sign in: have a colleague start it anew.");
  }
  const night = { from: run.quietFrom, to: run.quietTo };
  return {
    digest: run.digest,
    inputs: run.inputs,
    price: run.price?.text ?? null,
    quietUntil: run.homeownerAsked || !mayWake(act) ? null : quietUntil(now, run.timeZone, night),
  };
}

/** Undefined for a run of another home. */
const lockWithSite = oneBuiltOnce((db, { runId, siteId }: { runId: string; siteId: string }) =>
  db
    .selectFrom("run")
    .innerJoin("site", "site.id", "run.siteId")
    .select(["run.status", "run.digest", "run.inputs", "run.price", "run.homeownerAsked"])
    .select(["site.removedAt", "site.timeZone", "site.quietFrom", "site.quietTo"])
    .where("run.id", "=", runId)
    .where("run.siteId", "=", siteId)
    .forUpdate("run")
    .forShare("site"),
);

/** Whoever answers for the run; whoever shuts him out waits until this transaction has ended. */
const holdAnswerable = oneBuiltOnce((db, { runId }: { runId: string }) =>
  db
    .selectFrom("person")
    .select("disabledAt")
    .where("id", "=", (answerable) =>
      answerable
        .selectFrom("run")
        .select((select) => select.fn.coalesce("answerableId", "startedById").as("id"))
        .where("run.id", "=", runId),
    )
    .forShare(),
);

/** At night is done only what is silent and dark and changes nothing that lasts. */
function mayWake({ scope, felt }: ProposedAct): boolean {
  return scopeRank(scope) > scopeRank("diagnose") || (scope === "diagnose" && felt !== null);
}

/** What of the run itself is another than what was allowed, or null; its acts are compared one by one. */
export function driftOfRun({ runbookDigest, inputs, price }: Proposal, run: RunFacts): string | null {
  if (runbookDigest !== run.digest) return "the runbook is another one";
  if (canonicalJson(inputs) !== canonicalJson(run.inputs)) return "it was begun with other inputs";
  return canonicalJson(price ?? null) === canonicalJson(run.price) ? null : "the price is another one";
}
