import { z } from "zod";
import { RuleId, SiteId } from "./ids.ts";
import { operation } from "./operation.ts";
import { Finding, Rule, RuleDraft } from "./upkeep.ts";

const everyone = { roles: ["principal", "senior", "technician", "dispatcher"] } as const;
const reviewers = { roles: ["principal", "senior"] } as const;

/** What the hub finds by itself, and what it may begin because of it. Part of the table in operations.ts. */
export const upkeepOperations = {
  "finding.list": operation({
    path: "GET /findings",
    summary: "What is ill now, the longest first; or, with `ended`, what was in the last days",
    input: z.strictObject({ siteId: SiteId.optional(), ended: z.stringbool().default(false) }),
    output: z.object({ items: z.array(Finding) }),
    needs: { who: everyone, on: "firm" },
  }),
  "rule.list": operation({
    path: "GET /rules",
    summary: "What is begun by itself, and what keeps it from being begun",
    input: z.strictObject({}),
    output: z.object({ items: z.array(Rule) }),
    needs: { who: everyone, on: "firm" },
  }),
  "rule.make": operation({
    path: "POST /rules",
    summary: "Let a runbook begin by itself when something is ill for a while: once for each finding",
    input: RuleDraft,
    output: Rule,
    needs: { who: reviewers, on: "firm", freshFactor: true, noKeys: true },
    status: 201,
    ledger: ["rule.made"],
  }),
  "rule.update": operation({
    path: "PUT /rules/{ruleId}",
    summary: "Change a rule, or switch it on or off; whoever does answers for what it begins from then on",
    input: z.strictObject({ ...RuleDraft.shape, ruleId: RuleId, version: z.int() }),
    output: Rule,
    needs: { who: reviewers, on: "firm", freshFactor: true, noKeys: true },
    ledger: ["rule.changed"],
  }),
  "rule.remove": operation({
    path: "DELETE /rules/{ruleId}",
    summary: "Take a rule away. What it has begun goes on",
    input: z.strictObject({ ruleId: RuleId }),
    output: z.object({}),
    needs: { who: reviewers, on: "firm" },
    ledger: ["rule.removed"],
  }),
} as const;
