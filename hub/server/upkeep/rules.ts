import {
  type Actor,
  CaretakerError,
  type PersonId,
  type Rule,
  type RuleDraft,
  type RuleId,
  type SiteId,
} from "@caretaker/protocol";
import type { Selectable } from "kysely";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Tables } from "../db/tables.ts";
import { actorText, nameInActor } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import type { LibraryRunbook } from "../runbooks/library.ts";
import { whyNotStartable } from "../runbooks/published.ts";
import { runnable } from "../runs/start.ts";
import { readStandstill } from "../standstill/standstill.ts";
import type { UpkeepDeps } from "./deps.ts";

export type RuleRow = Selectable<Tables["rule"]>;

export async function makeRule(deps: UpkeepDeps, draft: RuleDraft, actor: Actor): Promise<Rule> {
  await requireFitting(deps, draft);
  const id = newId<RuleId>();
  await transaction(deps.db, async (trx) => {
    const now = await deps.now(trx);
    await trx
      .insertInto("rule")
      .values({ id, ...columnsOf(draft), ...makerOf(actor), madeAt: now })
      .execute();
    await enter(trx, "rule.made", id, draft, actor, now);
  });
  return readRule(deps, id);
}

/** Whoever changes a rule answers for what it begins from then on. */
export async function changeRule(
  deps: UpkeepDeps,
  { ruleId, version, ...draft }: RuleDraft & { ruleId: RuleId; version: number },
  actor: Actor,
): Promise<Rule> {
  await requireFitting(deps, draft);
  await transaction(deps.db, async (trx) => {
    const now = await deps.now(trx);
    const before = await lockRule(trx, ruleId);
    if (before.version !== version) {
      throw new CaretakerError(
        "changed_meanwhile",
        `${nameInActor(before.madeBy)} has changed this rule since you read it. Look at it again, then save.`,
        { meta: { currentVersion: before.version } },
      );
    }
    await trx
      .updateTable("rule")
      .set({ ...columnsOf(draft), ...makerOf(actor), version: version + 1 })
      .where("id", "=", ruleId)
      .execute();
    await enter(trx, "rule.changed", ruleId, draft, actor, now);
  });
  return readRule(deps, ruleId);
}

export async function removeRule(deps: UpkeepDeps, ruleId: RuleId, actor: Actor): Promise<void> {
  await transaction(deps.db, async (trx) => {
    const now = await deps.now(trx);
    const { name } = await lockRule(trx, ruleId);
    await trx.updateTable("rule").set({ removedAt: now, isOn: false }).where("id", "=", ruleId).execute();
    const payload = { ruleId, name };
    await appendLedger(trx, { chain: "firm", event: "rule.removed", actor: actorText(actor), payload, now });
  });
}

async function lockRule(trx: Trx, ruleId: string): Promise<RuleRow> {
  const row = await trx
    .selectFrom("rule")
    .selectAll()
    .where("id", "=", ruleId)
    .where("removedAt", "is", null)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new CaretakerError("not_found", "There is no such rule.");
  return row;
}

export async function listRules(deps: UpkeepDeps): Promise<Rule[]> {
  await deps.library.refresh?.();
  const rows = await deps.db.selectFrom("rule").selectAll().where("removedAt", "is", null).orderBy("madeAt").execute();
  return Promise.all(rows.map((row) => toRule(deps, row)));
}

async function readRule(deps: UpkeepDeps, id: string): Promise<Rule> {
  const row = await deps.db.selectFrom("rule").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  return toRule(deps, row);
}

async function toRule(deps: UpkeepDeps, row: RuleRow): Promise<Rule> {
  const { runs } = await deps.db
    .selectFrom("ruleFiring")
    .select((select) => select.fn.countAll<string>().as("runs"))
    .where("ruleId", "=", row.id)
    .where("runId", "is not", null)
    .executeTakeFirstOrThrow();
  return {
    id: row.id as RuleId,
    name: row.name,
    runbook: row.runbook as Rule["runbook"],
    illnesses: row.illnesses as Rule["illnesses"],
    domain: row.domain,
    siteIds: row.siteIds as SiteId[] | null,
    minutes: row.minutes,
    coolDownHours: row.coolDownHours,
    atNight: row.atNight,
    isOn: row.isOn,
    version: row.version,
    madeBy: nameInActor(row.madeBy),
    madeById: row.madeById as PersonId,
    madeAt: row.madeAt,
    paused: row.isOn ? await whyPaused(deps.db, deps, row) : null,
    runs: Number(runs),
  };
}

const REVIEWERS: ReadonlySet<string> = new Set(["principal", "senior"]);

/** Whether somebody may answer for what begins by itself. */
export function mayLetBegin<T extends { readonly role: string; readonly disabledAt: string | null }>(
  maker: T | undefined,
): maker is T {
  return maker !== undefined && maker.disabledAt === null && REVIEWERS.has(maker.role);
}

/** Why nothing begins by this rule now, although it is on; null where nothing is in its way. */
export async function whyPaused(
  db: Database,
  { library }: Pick<UpkeepDeps, "library">,
  row: Pick<RuleRow, "madeById" | "madeBy" | "runbook">,
): Promise<string | null> {
  if ((await readStandstill(db)) !== null) {
    return "The hub was restored, or its machine stopped uncleanly: somebody has to say that it goes on.";
  }
  const maker = await db
    .selectFrom("person")
    .select(["disabledAt", "role"])
    .where("id", "=", row.madeById)
    .executeTakeFirst();
  if (!mayLetBegin(maker)) {
    return `${nameInActor(row.madeBy)} may not let runs begin any more. A senior or the principal who saves the rule answers for it from then on.`;
  }
  const found = library.get(row.runbook);
  if (found !== undefined) return whyUnfit(found);
  const why = await whyNotStartable(db, library, row.runbook);
  return why === null ? `There is no runbook ${row.runbook} any more.` : `${row.runbook}: ${why}`;
}

/** The one input that is filled with what is ill; undefined where the runbook asks for nothing. */
export function inputFor({ runbook }: LibraryRunbook): string | undefined {
  return Object.entries(runbook.inputs).find(([, { type }]) => type === "integration")?.[0];
}

/** A runbook begins by itself only where the finding says all that it has to be given. */
function whyUnfit(found: LibraryRunbook): string | null {
  const input = inputFor(found);
  const open = Object.entries(found.runbook.inputs)
    .filter(([name, { optional, default: given }]) => name !== input && !optional && given === null)
    .map(([name]) => name);
  if (open.length > 0) return `${found.id} has to be given ${open.join(" and ")}, which nobody would choose.`;
  const asks = found.runbook.steps.some((step) => step.kind === "ask");
  return asks ? `${found.id} asks a person something, so a person has to begin it.` : null;
}

async function requireFitting(deps: UpkeepDeps, { runbook, siteIds }: RuleDraft): Promise<void> {
  await deps.library.refresh?.();
  const why = whyUnfit(runnable(deps.library, runbook));
  if (why !== null) throw new CaretakerError("invalid_input", why, { fields: [{ path: "runbook", message: why }] });
  if (siteIds === null) return;
  const known = await deps.db
    .selectFrom("site")
    .select("id")
    .where("id", "in", [...siteIds])
    .where("removedAt", "is", null)
    .execute();
  if (known.length === new Set(siteIds).size) return;
  const message = "names a site that is not there";
  throw new CaretakerError("invalid_input", `The rule ${message}.`, { fields: [{ path: "siteIds", message }] });
}

function columnsOf({ illnesses, siteIds, ...draft }: RuleDraft) {
  return { ...draft, illnesses: [...illnesses], siteIds: siteIds === null ? null : [...siteIds] };
}

function makerOf(actor: Actor): { madeBy: string; madeById: string } {
  if (actor.kind !== "person") throw new CaretakerError("not_allowed", "Only somebody who is signed in makes a rule.");
  return { madeBy: actorText(actor), madeById: actor.id };
}

async function enter(
  trx: Trx,
  event: "rule.made" | "rule.changed",
  ruleId: string,
  draft: RuleDraft,
  actor: Actor,
  now: Date,
): Promise<void> {
  await appendLedger(trx, { chain: "firm", event, actor: actorText(actor), payload: { ruleId, ...draft }, now });
}
