import { z } from "zod";
import { fields, shaped } from "./grammar.ts";
import { RunbookId } from "./ids.ts";
import type { Branch } from "./runbook-steps.ts";
import { Step } from "./runbook-steps.ts";
import { InputKind } from "./runbook-summary.ts";
import { orNull } from "./runbook-tests.ts";
import { DurationSeconds, type Scalar, ScalarValue, StepName, WrittenText } from "./runbook-values.ts";
import type { Text } from "./text.ts";

/**
 * The grammar of a runbook: the whole language, also what an engine cannot run yet. Parsing gives a form where each
 * step says its `kind` and `name`, durations are seconds, and what was left out is null. The order and nesting stay as
 * they were written, so a mistake found later can be shown in its line.
 */

/** What a technician has to say before it can run. */
export interface InputDeclaration {
  readonly type: InputKind;
  readonly title: Text | null;
  readonly default: Scalar | null;
  readonly optional: boolean;
  readonly options: readonly string[];
}

const InputDeclaration: z.ZodType<InputDeclaration> = shaped<InputDeclaration>((value) =>
  typeof value === "object" && value !== null
    ? fields({
        type: InputKind,
        title: WrittenText.optional(),
        default: ScalarValue.optional(),
        optional: z.boolean().optional(),
        options: z.array(z.string().min(1).max(60)).min(1).max(50).optional(),
      }).transform((raw) => ({
        type: raw.type,
        title: orNull(raw.title),
        default: orNull(raw.default),
        optional: raw.optional ?? false,
        options: raw.options ?? [],
      }))
    : InputKind.transform((type) => ({ type, title: null, default: null, optional: false, options: [] })),
);

export interface Runbook {
  readonly id: RunbookId;
  readonly version: number;
  readonly title: Text;
  readonly tell: Text;
  readonly limitSeconds: number;
  readonly inputs: Readonly<Record<string, InputDeclaration>>;
  readonly steps: readonly Step[];
}

const MOST_INPUTS = 50;

function isCrowd(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > MOST_INPUTS;
}

/** A whole runbook out of its JSON form. Mistakes carry `GrammarParams`. */
export const Runbook: z.ZodType<Runbook> = fields({
  id: RunbookId,
  version: z.int().min(1).max(1_000_000),
  title: WrittenText,
  tell: WrittenText,
  limit: DurationSeconds,
  inputs: shaped<Readonly<Record<string, InputDeclaration>>>((value) =>
    isCrowd(value)
      ? { message: `must be at most ${MOST_INPUTS} inputs`, params: { mistake: "wrong_value" } }
      : z.record(StepName, InputDeclaration),
  ).optional(),
  steps: z.array(Step).min(1).max(200),
}).transform(
  ({ limit, inputs, steps, ...rest }): Runbook => ({
    ...rest,
    limitSeconds: limit,
    inputs: inputs ?? {},
    steps: nameEnds(steps, new Map()),
  }),
);

/** Branches of a step with the words that lead to them, in the order in which they are written. */
export function branchesOf(
  step: Step,
): readonly { readonly path: readonly (string | number)[]; readonly branch: Branch }[] {
  const next = Object.entries(step.next).map(([result, branch]) => ({ path: ["next", result], branch }));
  if (step.kind !== "choose") return next;
  const cases = step.cases.map(({ branch }, index) => ({ path: ["cases", index, "then"], branch }));
  return [...cases, { path: ["else"], branch: step.else }, ...next];
}

/** Two ends of one outcome are two steps: `end.fixed` and `end.fixed.2`. */
function nameEnds(steps: readonly Step[], seen: Map<string, number>): Step[] {
  const inBranch = (branch: Branch): Branch => (branch === "continue" ? branch : nameEnds(branch, seen));
  return steps.map((step): Step => {
    const next = (): Record<string, Branch> =>
      Object.fromEntries(Object.entries(step.next).map(([result, branch]) => [result, inBranch(branch)]));
    if (step.kind === "choose") {
      const cases = step.cases.map(({ when, branch }) => ({ when, branch: inBranch(branch) }));
      return { ...step, cases, else: inBranch(step.else), next: next() };
    }
    if (step.kind !== "end") return { ...step, next: next() };
    const count = (seen.get(step.name) ?? 0) + 1;
    seen.set(step.name, count);
    return count === 1 ? step : { ...step, name: `${step.name}.${count}` };
  });
}
