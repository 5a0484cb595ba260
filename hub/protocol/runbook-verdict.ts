import { z } from "zod";
import { RunbookMistake } from "./runbook-mistakes.ts";
import { Scope } from "./scopes.ts";

/**
 * A make, and what it would have to have for the runbook to run on it; nothing is missing where it can. `without` is what
 * it is looked at without there: reads that the runbook goes on without.
 */
export const MakeVerdict = z.object({
  connector: z.string(),
  missing: z.array(z.string()),
  without: z.array(z.string()),
});
export type MakeVerdict = z.infer<typeof MakeVerdict>;

/** What follows from what a runbook uses; nothing of this is declared by its author. */
export const ComputedFacts = z.object({
  id: z.string(),
  worstCaseSeconds: z.number().int(),
  limitSeconds: z.number().int(),
  /** The highest consent it can need. */
  scope: Scope,
  readsOnly: z.boolean(),
  locks: z.array(z.string()),
  makes: z.array(MakeVerdict),
});
export type ComputedFacts = z.infer<typeof ComputedFacts>;

/** What the validator says of one file: all its mistakes, or what was computed of it. */
export const RunbookVerdict = z.object({
  file: z.string(),
  ok: z.boolean(),
  mistakes: z.array(RunbookMistake),
  facts: ComputedFacts.nullable(),
});
export type RunbookVerdict = z.infer<typeof RunbookVerdict>;
