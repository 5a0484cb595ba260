import { z } from "zod";
import { Approval } from "./approvals.ts";
import { Freeze, FreezeKind } from "./freezes.ts";
import { ApprovalId, RunId } from "./ids.ts";
import { operation } from "./operation.ts";
import { Answer } from "./question.ts";
import { RunSummary } from "./runs.ts";

const everyone = { roles: ["principal", "senior", "technician", "dispatcher"] } as const;
const fixers = { roles: ["principal", "senior", "technician"] } as const;
const reviewers = { roles: ["principal", "senior"] } as const;

const Why = z.string().trim().min(3).max(300);

/** What holds the engine back: second persons, freezes, how many homes at once. Part of the table in operations.ts. */
export const controlOperations = {
  "approval.list": operation({
    path: "GET /approvals",
    summary: "What waits for a second person, oldest first; or what became of the last hundred",
    input: z.strictObject({ waiting: z.stringbool().default(true) }),
    output: z.object({ items: z.array(Approval) }),
    needs: { who: everyone, on: "firm" },
  }),
  "approval.give": operation({
    path: "POST /approvals/{approvalId}/give",
    summary: "Approve exactly what was read, as a second person; it is then done at once",
    input: z.strictObject({ approvalId: ApprovalId, digest: z.string().length(64) }),
    output: Approval,
    needs: { who: reviewers, on: "firm", freshFactor: true, noKeys: true },
    ledger: ["approval.given"],
  }),
  "approval.refuse": operation({
    path: "POST /approvals/{approvalId}/refuse",
    summary: "Refuse it, or take back what you asked for yourself",
    input: z.strictObject({ approvalId: ApprovalId, reason: Why }),
    output: Approval,
    needs: { who: fixers, on: "firm", noKeys: true },
    ledger: ["approval.refused"],
  }),
  "run.answer": operation({
    path: "POST /runs/{runId}/answer",
    summary: "Answer the question that a run waits with: one of its words, a number or a text. The first answer counts",
    input: z.strictObject({ runId: RunId, step: z.string().min(1).max(200), answer: Answer }),
    output: RunSummary,
    needs: { who: fixers, on: "run" },
  }),
  "run.resolve": operation({
    path: "POST /runs/{runId}/resolve",
    summary: "Say what came of an uncertain step, having looked. Nothing is sent again",
    input: z.strictObject({
      runId: RunId,
      step: z.string().min(1).max(200),
      verdict: z.enum(["done", "not_done"]),
      reason: Why,
    }),
    output: RunSummary,
    needs: { who: fixers, on: "run" },
    ledger: ["act.resolved"],
  }),
  "homes.more": operation({
    path: "POST /homes-at-once",
    summary: "Ask a second person to let you act in more homes within an hour than one person may alone",
    input: z.strictObject({ homes: z.int().min(6).max(500), reason: Why }),
    output: Approval,
    needs: { who: fixers, on: "firm", freshFactor: true, noKeys: true },
    status: 202,
    ledger: ["approval.requested", "homes.allowed"],
  }),
  "freeze.list": operation({
    path: "GET /freezes",
    summary: "What is frozen, since when, by whom and why",
    input: z.strictObject({}),
    output: z.object({ items: z.array(Freeze) }),
    needs: { who: everyone, on: "firm" },
  }),
  "freeze.set": operation({
    path: "POST /freezes",
    summary: "Stop all acts of the firm, a site, a connector, a runbook or a person, within a second",
    input: z.strictObject({ kind: FreezeKind, subject: z.string().min(1).max(120), reason: Why }),
    output: Freeze,
    needs: { who: fixers, on: "firm" },
    status: 201,
    ledger: ["freeze.set"],
  }),
  "freeze.lift": operation({
    path: "POST /freezes/lift",
    summary: "Ask for the second person that lifting a freeze needs",
    input: z.strictObject({ kind: FreezeKind, subject: z.string().min(1).max(120), reason: Why }),
    output: Approval,
    needs: { who: fixers, on: "firm", freshFactor: true, noKeys: true },
    status: 202,
    ledger: ["approval.requested", "freeze.lifted"],
  }),
} as const;
