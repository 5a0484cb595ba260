import type { RunId, SiteId } from "@caretaker/protocol";
import { tellOfAloneRunbook } from "../approvals/tell-homeowners.ts";
import { oneBuiltOnce } from "../db/built-once.ts";
import type { Trx } from "../db/database.ts";
import { appendLedger } from "../ledger/append.ts";
import type { ConsentDeps } from "./types.ts";

interface Use {
  readonly runId: RunId;
  readonly siteId: SiteId;
  readonly now: Date;
}

/** Who published the runbook of a run alone, in a firm of one; null where a second person looked, or none was needed. */
export async function publishedAloneBy(trx: Trx, runId: string): Promise<string | null> {
  return (await aloneRunbookOf(trx, { runId }))?.publishedBy ?? null;
}

/**
 * A runbook that a firm of one published concerns no home until it acts in one. Where the household is asked, the
 * question says that nobody else has looked at it; where what it does is allowed for good, it is told here, the first time
 * that this version acts in the home, in the transaction of the intent.
 */
export async function tellWhereNobodyIsAsked(
  deps: Pick<ConsentDeps, "queueMessage">,
  trx: Trx,
  { runId, siteId, now }: Use,
  runbook: AloneRunbook | undefined,
): Promise<void> {
  if (runbook === undefined || (await hasActedHere(trx, siteId, runbook.digest))) return;
  const { id, version, digest, title, publishedBy } = runbook;
  await tellOfAloneRunbook(deps, trx, { siteId, publishedBy, title }, now);
  await appendLedger(trx, {
    chain: siteId,
    event: "runbook.used_alone",
    actor: "hub",
    payload: { runId, id, version, digest, alone: "The firm has no second person: nobody else has looked at it." },
    now,
  });
}

/** The runbook of a run, if a firm of one published it. */
export const aloneRunbookOf = oneBuiltOnce((db, { runId }: { runId: string }) =>
  db
    .selectFrom("run")
    .innerJoin("runbookPublished", (join) =>
      join
        .onRef("runbookPublished.id", "=", "run.runbook")
        .onRef("runbookPublished.version", "=", "run.runbookVersion")
        .onRef("runbookPublished.digest", "=", "run.digest"),
    )
    .select(["runbookPublished.id", "runbookPublished.version", "runbookPublished.digest", "runbookPublished.title"])
    .select("runbookPublished.publishedBy")
    .where("run.id", "=", runId)
    .where("runbookPublished.isAlone", "=", true),
);

type AloneRunbook = NonNullable<Awaited<ReturnType<typeof aloneRunbookOf>>>;

async function hasActedHere(trx: Trx, siteId: SiteId, digest: string): Promise<boolean> {
  const attempt = await trx
    .selectFrom("attempt")
    .innerJoin("run", "run.id", "attempt.runId")
    .select("attempt.id")
    .where("run.siteId", "=", siteId)
    .where("run.digest", "=", digest)
    .limit(1)
    .executeTakeFirst();
  return attempt !== undefined;
}
