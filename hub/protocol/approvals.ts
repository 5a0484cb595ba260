import { z } from "zod";
import { ApprovalId, Moment, PersonId, SiteId } from "./ids.ts";

/** What one person may not do alone. */
export const ApprovalKind = z.enum([
  "consent.emergency",
  "freeze.lift",
  "homes.more",
  "rollout.wave",
  "runbook.publish",
]);
export type ApprovalKind = z.infer<typeof ApprovalKind>;

export const ApprovalStatus = z.enum(["waiting", "given", "refused", "withdrawn", "expired"]);
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

/** Something that waits for a second person, or waited for one. What is approved is bound to `digest`, letter by letter. */
export const Approval = z.object({
  id: ApprovalId,
  kind: ApprovalKind,
  /** What it is about: a runbook's id, a rollout's, a frozen thing. */
  subject: z.string(),
  /** What will be done, in one sentence. */
  title: z.string(),
  /** Exactly what is approved. */
  details: z.record(z.string(), z.unknown()),
  /** The homes that it concerns. */
  siteIds: z.array(SiteId),
  reason: z.string(),
  digest: z.string(),
  status: ApprovalStatus,
  requestedBy: z.string(),
  requestedById: PersonId.nullable(),
  requestedAt: Moment,
  expiresAt: Moment,
  /** The firm has nobody else: whoever asked may give it himself, from `notBefore` on. */
  isAlone: z.boolean(),
  notBefore: Moment.nullable(),
  answeredBy: z.string().nullable(),
  answeredAt: Moment.nullable(),
  answerReason: z.string().nullable(),
});
export type Approval = z.infer<typeof Approval>;
