import {
  type Actor,
  CaretakerError,
  type GatewayId,
  inLanguage,
  type RunbookId,
  type RunId,
  type RunInputs,
  type RunSummary,
  type SiteId,
} from "@caretaker/protocol";
import type { Announcement } from "../announcements.ts";
import { builtOnce, oneBuiltOnce } from "../db/built-once.ts";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { together } from "../db/together.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { personBehind } from "../people/behind.ts";
import { usedBy } from "../runbooks/digest.ts";
import type { Library, LibraryRunbook } from "../runbooks/library.ts";
import { refuseNotStartable } from "../runbooks/published.ts";
import { didYouMean } from "../runbooks/suggest.ts";
import type { RunsDeps } from "./deps.ts";
import { type CheckedInputs, checkInputs } from "./inputs.ts";
import { addRun } from "./new-run.ts";
import { takeLocks as hasTakenLocks } from "./site-locks.ts";
import { toSummary } from "./summary.ts";

export interface StartRun {
  readonly siteId: SiteId;
  readonly gatewayId?: GatewayId | undefined;
  readonly runbook: RunbookId;
  readonly inputs: RunInputs;
  readonly reason: string;
  readonly homeownerAsked: boolean;
  /** Only says what its fixes would do. */
  readonly rehearse?: boolean | undefined;
  readonly actor: Actor;
}

/** Takes a run on. Once this has resolved it is never lost: it is a row, and it is due. */
export async function startRun(deps: RunsDeps, request: StartRun): Promise<RunSummary> {
  await deps.library.refresh?.();
  if (deps.library.get(request.runbook) === undefined) {
    await refuseNotStartable(deps.db, deps.library, request.runbook);
  }
  const { run, announcements } = await transaction(deps.db, (trx) => startRunIn(trx, deps, request));
  for (const announcement of announcements) deps.announcements.announce(announcement);
  return run;
}

/** The same in a transaction of the caller, who announces afterwards. What it throws has left something behind in `trx`. */
export async function startRunIn(
  trx: Trx,
  deps: RunsDeps,
  request: StartRun,
): Promise<{ run: RunSummary; announcements: readonly Announcement[] }> {
  return insertRun(deps, trx, request, await checkStart(trx, deps.library, request));
}

/** What a run would be started with, or an error that says why it cannot be. Takes nothing. */
export async function checkStart(
  db: Database,
  library: Library,
  request: Pick<StartRun, "siteId" | "gatewayId" | "runbook" | "inputs">,
): Promise<{ found: LibraryRunbook; checked: CheckedInputs; gatewayId: GatewayId }> {
  const found = runnable(library, request.runbook);
  const [, checked, gateways] = await together(
    refuseRemovedSite(db, request.siteId),
    checkInputs(db, found.runbook, request.inputs, request.siteId),
    selectGateways(db, { siteId: request.siteId }),
  );
  return { found, checked, gatewayId: chooseGateway(gateways, found, request, checked) };
}

export function runnable(library: Library, id: RunbookId): LibraryRunbook {
  const found = library.get(id);
  if (found === undefined) {
    const hint = didYouMean(
      id,
      library.runbooks.map((one) => one.id),
    );
    const meant = hint === undefined ? "" : ` Did you mean ${hint}?`;
    throw new CaretakerError("not_found", `There is no runbook ${id}.${meant}`, { meta: { runbook: id } });
  }
  return found;
}

async function refuseRemovedSite(db: Database, siteId: SiteId): Promise<void> {
  const site = await shareSite(db, { siteId });
  if (site !== undefined && site.removedAt === null) return;
  throw new CaretakerError("not_found", "There is no such site. Look for it in the list of sites.");
}

const shareSite = oneBuiltOnce((db, { siteId }: { siteId: string }) =>
  db.selectFrom("site").select("removedAt").where("id", "=", siteId).forShare(),
);

/** The gateway that a run is about: the one named, that of its things, or the only one that can. */
function chooseGateway(
  gateways: Awaited<ReturnType<typeof selectGateways>>,
  { id, facts }: LibraryRunbook,
  { gatewayId }: Pick<StartRun, "gatewayId">,
  { things }: CheckedInputs,
): GatewayId {
  const fitting = gateways.filter(({ connector }) => facts.connectors.includes(connector));
  const named = gatewayId ?? things[0]?.gatewayId ?? (fitting.length === 1 ? fitting[0]?.id : undefined);
  if (named === undefined) {
    const message =
      fitting.length === 0
        ? `${id} cannot run at this site: it has no gateway of ${facts.connectors.join(" or ") || "a make that can do it"}.`
        : `This site has ${fitting.length} gateways that ${id} can run on: say which (${fitting.map(({ name }) => name).join(", ")}).`;
    throw new CaretakerError("invalid_input", message, { fields: [{ path: "gatewayId", message }] });
  }
  const chosen = gateways.find((one) => one.id === named);
  if (chosen === undefined) {
    const message = "is no gateway of this site";
    throw new CaretakerError("invalid_input", `The gateway ${message}.`, { fields: [{ path: "gatewayId", message }] });
  }
  if (!facts.connectors.includes(chosen.connector)) {
    const message = `${id} cannot run on ${chosen.name}: that gateway lacks something it needs.`;
    throw new CaretakerError("not_available_here", message, { meta: { runbook: id, connector: chosen.connector } });
  }
  return chosen.id as GatewayId;
}

const selectGateways = builtOnce((db, { siteId }: { siteId: string }) =>
  db
    .selectFrom("gateway")
    .select(["id", "connector", "name"])
    .where("siteId", "=", siteId)
    .where("removedAt", "is", null)
    .orderBy("createdAt"),
);

async function insertRun(
  deps: RunsDeps,
  trx: Trx,
  { siteId, reason, homeownerAsked, rehearse: isRehearsal = false, actor }: StartRun,
  { found, checked, gatewayId }: { found: LibraryRunbook; checked: CheckedInputs; gatewayId: GatewayId },
): Promise<{ run: RunSummary; announcements: readonly Announcement[] }> {
  const [now, answerableId] = await together(deps.now(trx), personBehind(trx, actor));
  const { runbook, digest } = found;
  const uses = usedBy(runbook, (id) => deps.library.get(id));
  const by = actorText(actor);
  const id = newId<RunId>(now.getTime());
  const adding = addRun(
    trx,
    {
      id,
      siteId,
      gatewayId,
      runbook: runbook.id,
      runbookVersion: runbook.version,
      digest,
      title: inLanguage(runbook.title, "en"),
      inputs: checked.inputs,
      reason,
      homeownerAsked,
      isRehearsal,
      startedBy: by,
      startedById: actor.kind === "person" ? actor.id : null,
      answerableId,
      document: Object.keys(uses).length === 0 ? found.document : { ...found.document, uses },
      source: found.text,
    },
    now,
    { kind: "run.queued", by, reason, homeownerAsked, isRehearsal },
  );
  // A rehearsal does nothing that a real run could stumble over, and holds up none.
  const locks = isRehearsal ? [] : found.facts.locks;
  const [{ row, siteName, announcements }] = await together(adding, takeLocks(trx, id, siteId, locks, now));
  await appendLedger(trx, {
    chain: siteId,
    event: "run.started",
    actor: by,
    payload: {
      runId: row.id,
      number: row.number,
      runbook: runbook.id,
      version: runbook.version,
      digest,
      inputs: checked.inputs,
      reason,
      homeownerAsked,
      isRehearsal,
    },
    now,
  });
  const run = toSummary(row, siteName);
  return { run, announcements: [...announcements, { type: "run.due", runId: run.id }] };
}

/** One run per site and lock. Who comes second is told which run is there. */
async function takeLocks(trx: Trx, runId: string, siteId: SiteId, locks: readonly string[], now: Date): Promise<void> {
  if (await hasTakenLocks(trx, { runId, siteId, locks, now })) return;
  const holder = await trx
    .selectFrom("siteLock")
    .innerJoin("run", "run.id", "siteLock.runId")
    .select(["run.id", "run.number", "run.title"])
    .where("siteLock.siteId", "=", siteId)
    .where("siteLock.lock", "in", [...locks])
    .where("siteLock.runId", "!=", runId)
    .executeTakeFirst();
  const which = holder === undefined ? "Another run" : `RUN-${holder.number} (${holder.title})`;
  throw new CaretakerError(
    "run_in_progress",
    `${which} works at this site now. Wait until it has ended, or cancel it.`,
    {
      meta: holder === undefined ? {} : { runId: holder.id, number: holder.number },
    },
  );
}
