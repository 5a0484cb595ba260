import { z } from "zod";
import { ACTION_NAMES } from "./capabilities.ts";
import { DeviceId, Moment } from "./ids.ts";

/** What a homeowner permits; each scope includes the ones before it. The numbers are those of the consent texts. */
export const SCOPES = ["reach", "view", "diagnose", "fix", "disruptive"] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;

/** 0 for `reach` up to 4 for `disruptive`. */
export function scopeRank(scope: Scope): number {
  return SCOPES.indexOf(scope);
}

/** The higher of two scopes: a person may raise what an action needs, nobody can lower it. */
export function raise(scope: Scope, other: Scope | undefined): Scope {
  return other !== undefined && scopeRank(other) > scopeRank(scope) ? other : scope;
}

/** `disruptive` is never standing: it is asked for each time. */
export const StandingScope = z.enum(["reach", "view", "diagnose", "fix"]);
export type StandingScope = z.infer<typeof StandingScope>;

/** A kind of act that can be raised. */
export const ActionCapability = z.enum(ACTION_NAMES);

/** That more has to be allowed in a home, or for a device of it, than the catalogue of its make says. */
export const ScopeRaise = z.object({
  /** The plan that the home is looked after by, where that says so; null where it was said of this home. */
  planName: z.string().nullable(),
  /** Null for the whole home. */
  deviceId: DeviceId.nullable(),
  deviceName: z.string().nullable(),
  /** Only of acts of this kind; null for whatever is done. */
  capability: ActionCapability.nullable(),
  /** The least that any act on it needs; null where only `private` is said. */
  scope: z.enum(["fix", "disruptive"]).nullable(),
  private: z.boolean(),
  reason: z.string(),
  setBy: z.string(),
  setAt: Moment,
});
export type ScopeRaise = z.infer<typeof ScopeRaise>;

/** How we know that the homeowner agreed. */
export const EvidenceKind = z.enum(["contract", "signed_form", "told_by_phone"]);
export type EvidenceKind = z.infer<typeof EvidenceKind>;
