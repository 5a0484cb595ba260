import { z } from "zod";
import { FindingId, GatewayId, IntegrationId, Moment, PersonId, RuleId, RunbookId, RunId, SiteId } from "./ids.ts";
import { RunOutcome, RunStatus } from "./runs.ts";

/** How an integration can be ill. One that somebody has to sign in to is told of, and no runbook is begun for it. */
export const Illness = z.enum([
  "integration_not_running",
  "integration_silent",
  /** Half of its entities or more do not answer: a bridge that hangs and still answers for itself. */
  "integration_half_silent",
  "integration_needs_sign_in",
]);
export type Illness = z.infer<typeof Illness>;

/** What a rule may begin a run for. */
export const MendableIllness = Illness.exclude(["integration_needs_sign_in"]);
export type MendableIllness = z.infer<typeof MendableIllness>;

/** Something of a home is ill, from when the hub saw it until the home itself said that it is well. */
export const Finding = z.object({
  id: FindingId,
  siteId: SiteId,
  siteName: z.string(),
  gatewayId: GatewayId,
  integrationId: IntegrationId,
  /** What the integration is called. */
  name: z.string(),
  illness: Illness,
  openedAt: Moment,
  endedAt: Moment.nullable(),
  /** The runs that rules began for it, and what kept others from being begun. */
  firings: z.array(
    z.object({
      rule: z.string(),
      at: Moment,
      run: z.object({ id: RunId, number: z.int(), status: RunStatus, outcome: RunOutcome.nullable() }).nullable(),
      why: z.string().nullable(),
    }),
  ),
  /**
   * Every run that was about it, whoever began it, the newest first: since it is ill, and in the day before, since a thing
   * that hangs comes and goes. What was only rehearsed is not one.
   */
  tried: z.array(
    z.object({
      id: RunId,
      number: z.int(),
      runbook: RunbookId,
      status: RunStatus,
      outcome: RunOutcome.nullable(),
      at: Moment,
    }),
  ),
});
export type Finding = z.infer<typeof Finding>;

const SHORTEST_COOL_DOWN_HOURS = 1;
const DEFAULT_COOL_DOWN_HOURS = 24;

/** What somebody wants to be begun by itself. */
export const RuleDraft = z.strictObject({
  name: z.string().trim().min(3).max(120),
  runbook: RunbookId,
  illnesses: z.array(MendableIllness).min(1).max(3),
  /** Only for integrations of this kind, such as `hue`; null for all. */
  domain: z.string().min(1).max(100).nullable().default(null),
  /** In these homes; null for every home. */
  siteIds: z.array(SiteId).min(1).max(2000).nullable().default(null),
  /** For how long it has to be ill before. */
  minutes: z.int().min(1).max(1440).default(10),
  /** How long nothing is begun again for the same integration, however often it falls ill. */
  coolDownHours: z.int().min(SHORTEST_COOL_DOWN_HOURS).max(720).default(DEFAULT_COOL_DOWN_HOURS),
  /** Whether it may begin in the quiet hours of a home. */
  atNight: z.boolean().default(false),
  isOn: z.boolean().default(false),
});
export type RuleDraft = z.infer<typeof RuleDraft>;

/** An automatic run, as it is wished: counted and judged as if whoever made the rule had pressed the button. */
export const Rule = z.object({
  ...RuleDraft.shape,
  id: RuleId,
  version: z.int(),
  madeBy: z.string(),
  madeById: PersonId,
  madeAt: Moment,
  /** What keeps it from beginning anything, although it is on. */
  paused: z.string().nullable(),
  /** How many runs it has begun. */
  runs: z.int(),
});
export type Rule = z.infer<typeof Rule>;
