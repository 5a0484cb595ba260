import { CAPABILITIES, isCapability, Moment, RunOutcome } from "@caretaker/protocol";
import { z } from "zod";

/** What a read answers from some moment on: from the beginning, or once a fix of the runbook was done or taken back. */
const RecordedAnswer = z
  .strictObject({
    /**
     * A fix's name, or its name with `.undo`; `it/reload` of a runbook that `it` uses, `reload#2` at the second thing that
     * `reload` goes through.
     */
    after: z.string().optional(),
    /** Only where the read is given this, such as `{ integration: Hue }`: a thing by its name or by what the make calls it. */
    of: z.record(z.string(), z.unknown()).optional(),
    /** Only after this many tries of it. */
    tries: z.int().min(1).max(10).default(1),
    output: z.record(z.string(), z.unknown()).optional(),
    /** The read fails, so its result is unknown. */
    error: z.string().optional(),
  })
  .refine(({ output, error }) => (output === undefined) !== (error === undefined), {
    message: "needs either `output` or `error`",
  });
export type RecordedAnswer = z.infer<typeof RecordedAnswer>;

/**
 * A recorded case of a runbook: what a home answers, and how the run then goes. It lies beside the runbook as
 * `fixtures/<name>.<case>.json`. Consent is taken as given, so that what the runbook does can be seen.
 */
export const RunbookCase = z.strictObject({
  /** What the case is, for people. */
  recorded: z.string(),
  /** When it was recorded: how old something is, is counted from here. */
  at: Moment,
  /** A thing is a map with its `name` and what else is known of it, such as `poweredBy`. */
  inputs: z.record(z.string(), z.unknown()).default({}),
  /** By capability; of those that are of what is read, the last answer whose moment has come counts. */
  reads: z.record(z.string(), z.array(RecordedAnswer).min(1)),
  /** Of each `ask` and `consent`: the answer, or what came of it. */
  people: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  /** Every step that is come by with its result, such as `alive: fail`. */
  path: z.array(z.string()).min(1),
  /** What is sent to the home, in this order. */
  acts: z.array(z.string()),
  outcome: RunOutcome,
});
export type RunbookCase = z.infer<typeof RunbookCase>;

/** Answers that no make could give: then the case says nothing of a home. */
export function wrongAnswers({ reads }: RunbookCase): string[] {
  return Object.entries(reads).flatMap(([capability, answers]) => {
    if (!isCapability(capability)) return [`\`${capability}\` is no read that we know`];
    return answers.flatMap(({ output }, index) => {
      const issue = output && CAPABILITIES[capability].output.safeParse(output).error?.issues[0];
      return issue ? [`\`${capability}\`, answer ${index + 1}: ${issue.path.join(".")} ${issue.message}`] : [];
    });
  });
}
