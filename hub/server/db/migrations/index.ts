import type { Kysely } from "kysely";
import { spine } from "./0001-spine.ts";
import { people } from "./0002-people.ts";
import { each } from "./0003-each.ts";
import { control } from "./0004-control.ts";
import { consent } from "./0006-consent.ts";
import { waysToAsk } from "./0007-ways-to-ask.ts";
import { rehearsal } from "./0009-rehearsal.ts";
import { runbookVersions } from "./0010-runbook-versions.ts";
import { namesInPublished } from "./0016-names-in-published.ts";
import { byPhone } from "./0018-by-phone.ts";
import { homeQuestions } from "./0019-home-questions.ts";
import { journalLinks } from "./0020-journal-links.ts";
import { scopeRaises } from "./0021-scope-raises.ts";
import { rollouts } from "./0022-rollouts.ts";
import { upkeep } from "./0023-upkeep.ts";
import { publishedOrigins } from "./0029-published-origins.ts";
import { runsByRunbook } from "./0030-runs-by-runbook.ts";
import { viewLimits } from "./0031-view-limits.ts";
import { grantEnds } from "./0032-grant-ends.ts";
import { emergency } from "./0033-emergency.ts";
import { leftOutRooms } from "./0034-left-out-rooms.ts";
import { rehearsedRollouts } from "./0036-rehearsed-rollouts.ts";
import { originsStay } from "./0038-origins-stay.ts";
import { plans } from "./0042-plans.ts";
import { agents } from "./0043-agents.ts";
import { agentLines } from "./0045-agent-lines.ts";
import { claims } from "./0046-claims.ts";
import { cheaperSteps } from "./0049-cheaper-steps.ts";

/** One step forward of the database's form. It is never changed after a release: what is wrong in it, a later one mends. */
export interface Migration {
  /** `0001-spine`: sorted as text this is the order in which they are applied. */
  readonly id: string;
  /** Runs in the transaction of all migrations that are applied together. */
  up(trx: Kysely<unknown>): Promise<void>;
}

export const migrations: readonly Migration[] = [
  spine,
  people,
  each,
  control,
  consent,
  waysToAsk,
  rehearsal,
  runbookVersions,
  namesInPublished,
  byPhone,
  homeQuestions,
  journalLinks,
  scopeRaises,
  rollouts,
  upkeep,
  publishedOrigins,
  runsByRunbook,
  viewLimits,
  grantEnds,
  emergency,
  leftOutRooms,
  rehearsedRollouts,
  originsStay,
  plans,
  agents,
  agentLines,
  claims,
  cheaperSteps,
];
