import { z } from "zod";
import { Approval } from "./approvals.ts";
import { Moment } from "./ids.ts";
import { operation } from "./operation.ts";
import { RunbookVerdict } from "./runbook-verdict.ts";
import { DiffLine, DraftDetails, RunbookDraft, RunbookVersion } from "./runbook-versions.ts";

const everyone = { roles: ["principal", "senior", "technician", "dispatcher"] } as const;
const authors = { roles: ["principal", "senior"] } as const;

/** The name of a runbook of the firm's own: `firm/NAME`. */
const Name = z
  .string()
  .max(60)
  .regex(/^[a-z][a-z0-9-]*$/, "is lower-case words with dashes, such as hue-bridge-again");
const Text = z.string().max(200_000);
const Why = z.string().trim().min(3).max(300);
const which = { connector: z.string().max(60), name: z.string().max(60) };
const Version = z.coerce.number().int().min(1).max(1_000_000);

/** The firm's own runbooks: drafts, versions, in and out as plain files. Part of the table in operations.ts. */
export const runbookOperations = {
  "runbook.draft.list": operation({
    path: "GET /runbook-drafts",
    summary: "Runbooks of the firm's own that are being written",
    input: z.strictObject({}),
    output: z.object({ items: z.array(RunbookDraft.omit({ text: true })) }),
    needs: { who: everyone, on: "firm" },
  }),
  "runbook.draft.get": operation({
    path: "GET /runbook-drafts/{name}",
    summary: "One draft with what the validator says of it, and what publishing it takes",
    input: z.strictObject({ name: Name }),
    output: DraftDetails,
    needs: { who: everyone, on: "firm" },
  }),
  "runbook.draft.save": operation({
    path: "PUT /runbook-drafts/{name}",
    summary: "Save a draft, with mistakes or without. `rowVersion` is the one that was edited, 0 for a new draft",
    input: z.strictObject({ name: Name, text: Text, rowVersion: z.int().min(0) }),
    output: DraftDetails,
    needs: { who: authors, on: "firm" },
  }),
  "runbook.draft.remove": operation({
    path: "DELETE /runbook-drafts/{name}",
    summary: "Throw a draft away; what was published of it stays",
    input: z.strictObject({ name: Name, rowVersion: z.coerce.number().int().min(1).max(2_147_483_647) }),
    output: z.object({}),
    needs: { who: authors, on: "firm" },
  }),
  "runbook.copy": operation({
    path: "POST /runbooks/{connector}/{name}/copy",
    summary: "Begin a draft of the firm's own from any runbook",
    input: z.strictObject({ ...which, to: Name }),
    output: DraftDetails,
    needs: { who: authors, on: "firm" },
    status: 201,
  }),
  "runbook.import": operation({
    path: "POST /runbook-import",
    summary: "Take files in as drafts, each with its verdict; nothing is published by that",
    input: z.strictObject({
      files: z
        .array(z.strictObject({ file: z.string().max(200), text: Text }))
        .min(1)
        .max(50),
    }),
    output: z.object({
      items: z.array(
        z.object({
          file: z.string(),
          /** The draft that it became; null where it was not taken in. */
          name: z.string().nullable(),
          /** Why it was not taken in. */
          refused: z.string().nullable(),
          verdict: RunbookVerdict,
        }),
      ),
    }),
    needs: { who: authors, on: "firm" },
  }),
  "runbook.publish": operation({
    path: "POST /runbook-drafts/{name}/publish",
    summary: "Publish a draft as its next version, or ask for the second person that this needs",
    input: z.strictObject({ name: Name, rowVersion: z.int().min(1), reason: Why }),
    output: z.object({ published: RunbookVersion.nullable(), approval: Approval.nullable() }),
    needs: { who: authors, on: "firm", freshFactor: true },
    ledger: ["runbook.published", "approval.requested"],
  }),
  "runbook.retire": operation({
    path: "POST /runbooks/firm/{name}/retire",
    summary: "Let nobody start it any more; runs that go on end with the version they began with",
    input: z.strictObject({ name: Name, reason: Why }),
    output: z.object({ retiredAt: Moment }),
    needs: { who: authors, on: "firm" },
    ledger: ["runbook.retired"],
  }),
  "runbook.version.list": operation({
    path: "GET /runbooks/firm/{name}/versions",
    summary: "Every version that was published, newest first, and whether it was retired",
    input: z.strictObject({ name: Name }),
    output: z.object({
      items: z.array(RunbookVersion),
      retired: z.object({ at: Moment, by: z.string(), reason: z.string() }).nullable(),
    }),
    needs: { who: everyone, on: "firm" },
  }),
  "runbook.version.get": operation({
    path: "GET /runbooks/firm/{name}/versions/{version}",
    summary: "One published version with its text, letter by letter as it was published",
    input: z.strictObject({ name: Name, version: Version }),
    output: RunbookVersion.extend({ text: z.string() }),
    needs: { who: everyone, on: "firm" },
  }),
  "runbook.diff": operation({
    path: "GET /runbooks/firm/{name}/diff",
    summary: "What changed from one published version to another, or to the draft where `to` is left out",
    input: z.strictObject({ name: Name, from: Version, to: Version.optional() }),
    output: z.object({
      /** What changed for the household, in sentences; null while the draft has a mistake. */
      changes: z.array(z.string()).nullable(),
      lines: z.array(DiffLine),
      added: z.number().int(),
      removed: z.number().int(),
    }),
    needs: { who: everyone, on: "firm" },
  }),
} as const;
