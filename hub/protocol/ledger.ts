import { z } from "zod";
import { Moment, SiteId } from "./ids.ts";

/** Everything that is written into a ledger. Past tense; a name never changes its meaning. */
export const LEDGER_EVENTS = [
  "firm.created",
  "person.invited",
  "person.joined",
  "person.role_changed",
  "person.disabled",
  "person.enabled",
  "person.erased",
  "second_factor.changed",
  "key.created",
  "key.revoked",
  "session.revoked",
  "site.created",
  "site.changed",
  "site.plan_changed",
  "site.removed",
  "client.changed",
  "contact.added",
  "contact.changed",
  "contact.verified",
  "contact.removed",
  "contact.exported",
  "contact.erased",
  "data.let_go",
  "scopes.changed",
  "scopes.ended",
  "scopes.raised",
  "scopes.raise_lifted",
  "plan.changed",
  "emergency.agreed",
  "emergency.ended",
  "view.narrowed",
  "view.widened",
  "gateway.added",
  "gateway.removed",
  "gateway.credentials_replaced",
  "gateway.access_withdrawn",
  "agent.pairing_made",
  "agent.paired",
  "agent.confirmed",
  "agent.ended",
  "agent.frozen",
  "agent.unfrozen",
  "agent.stopped",
  "agent.allowed_again",
  "agent.help_asked",
  "device.changed",
  "run.started",
  "run.finished",
  "run.cancelled",
  "run.evidence_taken",
  "consent.asked",
  "consent.opened",
  "consent.allowed",
  "consent.refused",
  "consent.another_time",
  "consent.window_agreed",
  "consent.emergency",
  "consent.expired",
  "consent.ended",
  "consent.withdrawn",
  "consent.tap_refused",
  "consent.call_asked",
  "act.intended",
  "act.done",
  "act.failed",
  "act.refused",
  "act.uncertain",
  "act.settled",
  "act.resolved",
  "approval.requested",
  "approval.given",
  "approval.refused",
  "freeze.set",
  "freeze.lifted",
  "homes.allowed",
  "rule.made",
  "rule.changed",
  "rule.removed",
  "rule.fired",
  "rollout.started",
  "rollout.wave",
  "rollout.halted",
  "rollout.stopped",
  "rollout.finished",
  "message.sent",
  "ledger.erased",
  "ledger.exported",
  "runbook.published",
  "runbook.retired",
  "runbook.used_alone",
  "backup.taken",
  "hub.restored",
  "hub.went_on",
] as const;
export const LedgerEvent = z.enum(LEDGER_EVENTS);
export type LedgerEvent = z.infer<typeof LedgerEvent>;

/**
 * One link of a chain. `hash` is the SHA-256 of the canonical JSON (RFC 8785) of `chain`, `number`, `at`, `event`,
 * `actor`, `commitment` and `previous`; `commitment` is the SHA-256 of the salt and the canonical payload. So payload
 * and salt can be erased, and the chain stays whole. The first entry follows 64 zeros.
 */
export const LedgerEntry = z.object({
  /** A site's id, or `firm`. */
  chain: z.union([SiteId, z.literal("firm")]),
  number: z.number().int().positive(),
  at: Moment,
  event: LedgerEvent,
  /** `person:<id>`, `key:<id>`, `homeowner:<contact id>` or `hub`. Never a name: what is hashed cannot be erased. */
  actor: z.string(),
  commitment: z.string(),
  previous: z.string(),
  hash: z.string(),
  payload: z.record(z.string(), z.unknown()).nullable(),
  salt: z.string().nullable(),
  erasedAt: Moment.nullable(),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** An entry as a list shows it, with what the actor is called now: null where that was erased, or the actor is the hub. */
export const ListedEntry = LedgerEntry.extend({ name: z.string().nullable() });
export type ListedEntry = z.infer<typeof ListedEntry>;

/** A digest as homeowners are told it: its first eight characters in two groups, such as `3f2a-91bc`. */
export const LedgerCode = z.string().regex(/^[0-9a-f]{4}-[0-9a-f]{4}$/, "is not a code, such as 3f2a-91bc");
export type LedgerCode = z.infer<typeof LedgerCode>;

/** What was taken out of a ledger at a person's request, and which entry says so. */
export const Erasure = z.object({
  /** The entry `ledger.erased`. */
  entry: z.number().int(),
  at: Moment,
  /** The entries whose payload it took. */
  numbers: z.array(z.number().int()),
  reason: z.string(),
});
export type Erasure = z.infer<typeof Erasure>;

export const LedgerVerdict = z.object({
  chain: z.union([SiteId, z.literal("firm")]),
  whole: z.boolean(),
  entries: z.number().int(),
  erased: z.number().int(),
  erasures: z.array(Erasure),
  /** The first characters of the head's hash, as homeowners were told. */
  code: z.string(),
  firstBad: z.object({ number: z.number().int(), why: z.string() }).nullable(),
  /**
   * When a code from a homeowner's message was given: the entry that was the head when it was told. A chain without it
   * is not whole, even when its hashes are right: somebody wrote it anew.
   */
  witnessed: z.number().int().nullable().optional(),
});
export type LedgerVerdict = z.infer<typeof LedgerVerdict>;
