import {
  type Actor,
  type GatewayId,
  isCaretakerError,
  type PersonId,
  type RunbookId,
  type SessionId,
  type SiteId,
} from "@caretaker/protocol";
import type { Announcement } from "../announcements.ts";
import { wholeMinutes } from "../consent/found-by-itself.ts";
import { quietUntil } from "../consent/quiet-hours.ts";
import { type Trx, transaction } from "../db/database.ts";
import { isDuplicate } from "../db/errors.ts";
import { nameInActor } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { startRunIn } from "../runs/start.ts";
import { mayStartByItself } from "../standstill/standstill.ts";
import type { UpkeepDeps } from "./deps.ts";
import { type IllNow, keyOf } from "./look.ts";
import { inputFor, mayLetBegin, type RuleRow, whyPaused } from "./rules.ts";

interface OpenFinding {
  readonly id: string;
  readonly siteId: string;
  readonly gatewayId: string;
  readonly integrationId: string;
  readonly illness: string;
  readonly openedAt: string;
  readonly name: string;
  readonly domain: string;
  readonly timeZone: string;
  readonly quietFrom: string;
  readonly quietTo: string;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;

/**
 * Begins what rules say. Each rule begins at most one run for a finding, and none again for the same integration before
 * it has cooled down: what stays ill after a run stays ill, and is for a person to look at. A finding stays open while its
 * gateway is away and over a restart of the hub; only for what was just seen to be ill is anything begun.
 */
export async function fire(deps: UpkeepDeps, illNow: IllNow): Promise<void> {
  const rules = await deps.db
    .selectFrom("rule")
    .selectAll()
    .where("isOn", "=", true)
    .where("removedAt", "is", null)
    .orderBy("madeAt")
    .execute();
  if (rules.length === 0 || illNow.size === 0) return;
  await deps.library.refresh?.();
  const findings = (await openFindings(deps)).filter((finding) => illNow.has(keyOf(finding)));
  for (const rule of rules) {
    if ((await whyPaused(deps.db, deps, rule)) !== null) continue;
    for (const finding of findings) if (concerns(rule, finding)) await fireOne(deps, rule, finding);
  }
}

function openFindings({ db }: UpkeepDeps): Promise<OpenFinding[]> {
  return db
    .selectFrom("finding")
    .innerJoin("integration", "integration.id", "finding.integrationId")
    .innerJoin("site", "site.id", "finding.siteId")
    .select(["finding.id", "finding.siteId", "finding.gatewayId", "finding.integrationId", "finding.illness"])
    .select(["finding.openedAt", "integration.name", "integration.domain"])
    .select(["site.timeZone", "site.quietFrom", "site.quietTo"])
    .where("finding.endedAt", "is", null)
    .where("site.removedAt", "is", null)
    .orderBy("finding.openedAt")
    .execute();
}

function concerns(rule: RuleRow, { siteId, illness, domain }: OpenFinding): boolean {
  return (
    rule.illnesses.includes(illness) &&
    (rule.domain === null || rule.domain === domain) &&
    (rule.siteIds === null || rule.siteIds.includes(siteId))
  );
}

async function fireOne(deps: UpkeepDeps, rule: RuleRow, finding: OpenFinding): Promise<void> {
  try {
    const announcements = await transaction(deps.db, (trx) => begin(trx, deps, rule, finding));
    for (const announcement of announcements) deps.announcements.announce(announcement);
  } catch (error) {
    // Another hub was first: it has begun the one run there is.
    if (isDuplicate(error)) return;
    if (!isCaretakerError(error)) throw error;
    // What is busy now, or away, is tried again; anything else is as wrong in a minute.
    if (error.code === "run_in_progress" || error.code === "database_unavailable") return;
    await note(deps, rule, finding, error.message);
  }
}

async function begin(
  trx: Trx,
  deps: UpkeepDeps,
  rule: RuleRow,
  finding: OpenFinding,
): Promise<readonly Announcement[]> {
  const now = await deps.now(trx);
  if (now.getTime() - Date.parse(finding.openedAt) < rule.minutes * MINUTE) return [];
  if (!rule.atNight && quietUntil(now, finding.timeZone, { from: finding.quietFrom, to: finding.quietTo }) !== null)
    return [];
  if (!(await mayStartByItself(trx)) || (await hasFired(trx, rule, finding, now))) return [];
  const maker = await lockMaker(trx, rule);
  if (maker === null) return [];
  // Two hubs that meet here have one key to write: the second finds it taken.
  await trx.insertInto("ruleFiring").values({ ruleId: rule.id, findingId: finding.id, at: now }).execute();
  const found = deps.library.get(rule.runbook);
  const input = found === undefined ? undefined : inputFor(found);
  const { run, announcements } = await startRunIn(trx, deps, {
    siteId: finding.siteId as SiteId,
    gatewayId: finding.gatewayId as GatewayId,
    runbook: rule.runbook as RunbookId,
    inputs: input === undefined ? {} : { [input]: finding.integrationId },
    reason: `${finding.name} has not answered for ${lasting(now.getTime() - Date.parse(finding.openedAt))}.`,
    homeownerAsked: false,
    actor: maker,
  });
  await trx
    .updateTable("ruleFiring")
    .set({ runId: run.id })
    .where("ruleId", "=", rule.id)
    .where("findingId", "=", finding.id)
    .execute();
  await appendLedger(trx, {
    chain: finding.siteId as SiteId,
    event: "rule.fired",
    actor: "hub",
    payload: { ruleId: rule.id, rule: rule.name, findingId: finding.id, illness: finding.illness, runId: run.id },
    now,
  });
  return announcements;
}

/** As it was measured, not as the rule has it: a home at night waits until the morning. */
function lasting(milliseconds: number): string {
  const minutes = wholeMinutes(milliseconds);
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}

/** For this finding, or a run for the same integration not long ago: what could not begin has tired nothing. The rule is locked, so that hubs look one after another. */
async function hasFired(trx: Trx, rule: RuleRow, finding: OpenFinding, now: Date): Promise<boolean> {
  const current = await trx
    .selectFrom("rule")
    .select(["isOn", "version"])
    .where("id", "=", rule.id)
    .forUpdate()
    .executeTakeFirst();
  if (current?.isOn !== true || current.version !== rule.version) return true;
  const coolSince = new Date(now.getTime() - rule.coolDownHours * HOUR).toISOString();
  const before = await trx
    .selectFrom("ruleFiring")
    .innerJoin("finding", "finding.id", "ruleFiring.findingId")
    .select("ruleFiring.at")
    .where("ruleFiring.ruleId", "=", rule.id)
    .where("finding.integrationId", "=", finding.integrationId)
    .where((where) =>
      where.or([
        where("finding.id", "=", finding.id),
        where.and([where("ruleFiring.at", ">", coolSince), where("ruleFiring.runId", "is not", null)]),
      ]),
    )
    .executeTakeFirst();
  return before !== undefined;
}

/**
 * Counted and judged as if whoever made the rule had begun it himself, as what he is now. His row is held until it has
 * begun: he may have been shut out, or have lost his role, since the rules were read; null then.
 */
async function lockMaker(trx: Trx, { madeBy, madeById }: RuleRow): Promise<Actor | null> {
  const person = await trx
    .selectFrom("person")
    .select(["role", "disabledAt"])
    .where("id", "=", madeById)
    .forShare()
    .executeTakeFirst();
  if (!mayLetBegin(person)) return null;
  return {
    kind: "person",
    id: madeById as PersonId,
    name: nameInActor(madeBy),
    role: person.role,
    sessionId: "rule" as SessionId,
    factorAt: null,
  };
}

/** It could not begin: said once, beside the finding, and not tried again for it. */
async function note({ db, now }: UpkeepDeps, rule: RuleRow, finding: OpenFinding, why: string): Promise<void> {
  await db
    .insertInto("ruleFiring")
    .values({ ruleId: rule.id, findingId: finding.id, at: await now(db), why })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
