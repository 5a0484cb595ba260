import { z } from "zod";

/** What can be wrong with a runbook. A code is stable: an editor may rely on it. */
export const MistakeCode = z.enum([
  // The file
  "not_yaml",
  "too_large",
  "too_deep",
  "too_many_steps",
  "more_mistakes",
  "anchor",
  "tag",
  "merge",
  "duplicate_key",
  "forbidden_key",
  "not_json",
  // The grammar
  "unknown_field",
  "missing_field",
  "wrong_value",
  "no_kind",
  "two_kinds",
  "no_undo",
  // What is meant
  "wrong_id",
  "duplicate_name",
  "unknown_read",
  "unknown_action",
  "no_connector",
  "unknown_name",
  "unknown_check",
  "unknown_runbook",
  "may_not_have_run",
  "wrong_type",
  "reference_in_text",
  "bad_pattern",
  "unknown_result",
  "unnamed_result",
  "unknown_leads_to_fix",
  "never_reached",
  "no_end",
  "over_limit",
  "verify_already_holds",
]);
export type MistakeCode = z.infer<typeof MistakeCode>;

/** One mistake, where it stands (line and column count from 1), what stands there, and what was probably meant. */
export const RunbookMistake = z.object({
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  code: MistakeCode,
  message: z.string(),
  text: z.string(),
  didYouMean: z.string().optional(),
});
export type RunbookMistake = z.infer<typeof RunbookMistake>;
