import { z } from "zod";
import { Approval } from "./approvals.ts";
import { GatewayId, RolloutId, RunbookId, SiteId } from "./ids.ts";
import { operation } from "./operation.ts";
import { Rollout, RolloutCandidate, RolloutSummary, ThingChoice, ThingLike } from "./rollouts.ts";
import { RunInputs } from "./runs.ts";

const everyone = { roles: ["principal", "senior", "technician", "dispatcher"] } as const;
const fixers = { roles: ["principal", "senior", "technician"] } as const;

const Why = z.string().trim().min(3).max(300);
const MOST_HOMES = 2000;

/** One runbook in several homes, wave by wave. Part of the table in operations.ts. */
export const rolloutOperations = {
  "rollout.preview": operation({
    path: "POST /rollout-preview",
    summary:
      "Which homes could take part, with what of theirs for the inputs; and why the others cannot. Begins nothing",
    input: z.strictObject({
      runbook: RunbookId,
      /** Inputs that are the same in every home. */
      inputs: RunInputs.default({}),
      /** For inputs that name a thing: what it is like. A home takes part that has exactly one such. */
      things: z.record(z.string().max(60), ThingLike).default({}),
    }),
    output: z.object({
      homes: z.array(RolloutCandidate),
      /** For each input that names a thing. */
      choices: z.record(z.string(), z.array(ThingChoice)),
    }),
    needs: { who: fixers, on: "firm" },
  }),
  "rollout.start": operation({
    path: "POST /rollouts",
    summary:
      "Run one runbook in several homes for one reason, beginning with one of them; or rehearse it in all of them",
    input: z.strictObject({
      runbook: RunbookId,
      homes: z
        .array(z.strictObject({ siteId: SiteId, gatewayId: GatewayId.optional(), inputs: RunInputs.default({}) }))
        .min(1)
        .max(MOST_HOMES),
      reason: Why,
      haltAfter: z.int().min(1).max(100).default(2),
      goesOn: z.boolean().default(false),
      /** Say what it would do in each of these homes, all at once, and do nothing. */
      rehearse: z.boolean().default(false),
    }),
    output: Rollout,
    needs: { who: fixers, on: "firm", freshFactor: true, noKeys: true },
    status: 201,
    idempotent: true,
    ledger: ["rollout.started"],
  }),
  "rollout.list": operation({
    path: "GET /rollouts",
    summary: "Rollouts, the newest first",
    input: z.strictObject({}),
    output: z.object({ items: z.array(RolloutSummary) }),
    needs: { who: everyone, on: "firm" },
  }),
  "rollout.get": operation({
    path: "GET /rollouts/{rolloutId}",
    summary: "One rollout, home by home",
    input: z.strictObject({ rolloutId: RolloutId }),
    output: Rollout,
    needs: { who: everyone, on: "firm" },
  }),
  "rollout.wave": operation({
    path: "POST /rollouts/{rolloutId}/wave",
    summary: "Begin the next wave; or ask for the second person that so many homes need",
    input: z.strictObject({ rolloutId: RolloutId, wave: z.int().min(2), reason: Why }),
    output: z.object({ rollout: Rollout, approval: Approval.nullable() }),
    needs: { who: fixers, on: "firm", freshFactor: true, noKeys: true },
    status: 202,
    ledger: ["rollout.wave", "approval.requested"],
  }),
  "rollout.stop": operation({
    path: "POST /rollouts/{rolloutId}/stop",
    summary: "Begin it in no further home; if wanted, stop the runs that go on as well, each at its next safe point",
    input: z.strictObject({ rolloutId: RolloutId, alsoRuns: z.boolean().default(false), reason: Why }),
    output: Rollout,
    needs: { who: fixers, on: "firm" },
    ledger: ["rollout.stopped"],
  }),
} as const;
