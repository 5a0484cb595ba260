import { z } from "zod";
import { fields, shaped } from "./grammar.ts";
import { RunbookId } from "./ids.ts";
import {
  Each,
  ONCE,
  orNull,
  type StepTest,
  seconds,
  Tries,
  testFields,
  testOf,
  Undo,
  Verify,
} from "./runbook-tests.ts";
import {
  DurationSeconds,
  type Expectation,
  ReferenceExpectation,
  StepName,
  With,
  WrittenText,
} from "./runbook-values.ts";
import { RunOutcome, type StepKind } from "./runs.ts";
import { Scope } from "./scopes.ts";
import type { Text } from "./text.ts";

const words = z.array(z.string().max(60)).max(50);

/** What comes after a result: the step after this one, or these steps first. */
export type Branch = "continue" | readonly Step[];

interface Common {
  readonly name: string;
  readonly if: Expectation | null;
  readonly next: Readonly<Record<string, Branch>>;
  readonly timeoutSeconds: number | null;
  /** Fields of what is read that are evidence, besides those in `expect`. */
  readonly evidence: readonly string[];
}

export type CheckStep = Common & {
  readonly kind: "check";
  readonly test: StepTest;
  readonly tries: Tries;
  readonly each: Each | null;
};
export type WaitStep = Common & {
  readonly kind: "wait";
  readonly test: StepTest;
  readonly withinSeconds: number;
  readonly holdsSeconds: number;
};
export type ChooseStep = Common & {
  readonly kind: "choose";
  readonly cases: readonly { readonly when: Expectation; readonly branch: Branch }[];
  readonly else: Branch;
};
export type AskStep = Common & {
  readonly kind: "ask";
  readonly say: Text;
  readonly answers: readonly string[] | "number" | "text";
  readonly withinSeconds: number;
  readonly of: "technician" | "homeowner";
};
export type ConsentStep = Common & {
  readonly kind: "consent";
  readonly tell: Text;
  readonly withinSeconds: number | null;
};
export type FixStep = Common & {
  readonly kind: "fix";
  readonly do: string;
  readonly with: With;
  readonly verify: Verify;
  readonly undo: Undo | null;
  /** Why it cannot be taken back. */
  readonly irreversible: Text | null;
  readonly tries: Tries;
  readonly each: Each | null;
  readonly scope: Scope | null;
};
export type UseStep = Common & { readonly kind: "use"; readonly runbook: RunbookId; readonly with: With };
/** Its name is made of the outcome, such as `end.fixed`: nobody refers to it. */
export type EndStep = Common & {
  readonly kind: "end";
  readonly outcome: RunOutcome;
  readonly note: Text | null;
  readonly tell: Text | null;
};
export type Step = CheckStep | WaitStep | ChooseStep | AskStep | ConsentStep | FixStep | UseStep | EndStep;

/** The word that makes a step of a kind; its value is the step's name, or the outcome of an `end`. */
export const STEP_KINDS: readonly StepKind[] = ["check", "wait", "choose", "ask", "consent", "fix", "use", "end"];

export const Step: z.ZodType<Step> = shaped<Step>((value) => {
  const keys = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : null;
  if (keys === null)
    return { message: "must be a step: a map such as `check: alive`", params: { mistake: "wrong_value" } };
  const kinds = STEP_KINDS.filter((kind) => keys.includes(kind));
  const [kind] = kinds;
  if (kind === undefined) {
    return {
      message: `is no step: it needs one of ${STEP_KINDS.join(", ")}`,
      params: { mistake: "no_kind", allowed: STEP_KINDS },
    };
  }
  if (kinds.length === 1) return STEP_OF[kind];
  return { message: `is two steps in one: ${kinds.join(" and ")}`, params: { mistake: "two_kinds" } };
});

export const Branch: z.ZodType<Branch> = shaped<Branch>((value) => {
  if (value === "continue") return z.literal("continue");
  if (Array.isArray(value)) return z.array(Step).min(1).max(100);
  if (typeof value === "object" && value !== null) return Step.transform((step): Branch => [step]);
  return {
    message: "must be `continue`, a step, or a list of steps",
    params: { mistake: "wrong_value", allowed: ["continue"] },
  };
});

// biome-ignore lint/suspicious/noThenProperty: the language's own word; what comes out of it is called branch.
const Case = fields({ when: ReferenceExpectation, then: Branch }).transform(({ when, then: branch }) => ({
  when,
  branch,
}));

const anyStep = {
  if: ReferenceExpectation.optional(),
  next: z.record(z.string().max(40), Branch).optional(),
  timeout: seconds,
  evidence: words.optional(),
};

interface RawCommon {
  readonly if?: Expectation | undefined;
  readonly next?: Readonly<Record<string, Branch>> | undefined;
  readonly timeout?: number | undefined;
  readonly evidence?: readonly string[] | undefined;
}

const common = (name: string, raw: RawCommon): Common => ({
  name,
  if: orNull(raw.if),
  next: raw.next ?? {},
  timeoutSeconds: orNull(raw.timeout),
  evidence: raw.evidence ?? [],
});

const STEP_OF: Readonly<Record<StepKind, z.ZodType<Step>>> = {
  check: fields({
    check: StepName,
    ...testFields,
    tries: Tries.optional(),
    each: Each.optional(),
    ...anyStep,
  }).transform(
    (raw, context): Step => ({
      kind: "check",
      ...common(raw.check, raw),
      test: testOf(raw, context),
      tries: raw.tries ?? ONCE,
      each: orNull(raw.each),
    }),
  ),
  wait: fields({ wait: StepName, ...testFields, within: DurationSeconds, holds: seconds, ...anyStep }).transform(
    (raw, context): Step => ({
      kind: "wait",
      ...common(raw.wait, raw),
      test: testOf(raw, context),
      withinSeconds: raw.within,
      holdsSeconds: raw.holds ?? 0,
    }),
  ),
  choose: fields({
    choose: StepName,
    cases: z.array(Case).min(1).max(30),
    else: Branch,
    ...anyStep,
  }).transform((raw): Step => ({ kind: "choose", ...common(raw.choose, raw), cases: raw.cases, else: raw.else })),
  ask: fields({
    ask: StepName,
    say: WrittenText,
    answers: shaped<readonly string[] | "number" | "text">((value) =>
      Array.isArray(value) ? z.array(StepName).min(1).max(10) : z.enum(["number", "text"]),
    ),
    within: DurationSeconds,
    of: z.enum(["technician", "homeowner"]).optional(),
    ...anyStep,
  }).transform(
    (raw): Step => ({
      kind: "ask",
      ...common(raw.ask, raw),
      say: raw.say,
      answers: raw.answers,
      withinSeconds: raw.within,
      of: raw.of ?? "technician",
    }),
  ),
  consent: fields({ consent: StepName, tell: WrittenText, within: seconds, ...anyStep }).transform(
    (raw): Step => ({
      kind: "consent",
      ...common(raw.consent, raw),
      tell: raw.tell,
      withinSeconds: orNull(raw.within),
    }),
  ),
  fix: fields({
    fix: StepName,
    do: z.string().max(80),
    with: With.optional(),
    verify: Verify,
    undo: Undo.optional(),
    irreversible: WrittenText.optional(),
    tries: Tries.optional(),
    each: Each.optional(),
    scope: Scope.optional(),
    ...anyStep,
  }).transform((raw, context): Step => {
    if ((raw.undo === undefined) === (raw.irreversible === undefined)) {
      context.addIssue({
        code: "custom",
        path: ["fix"],
        message:
          raw.undo === undefined
            ? "needs `undo`, or `irreversible` with the reason why it cannot be taken back"
            : "says both `undo` and `irreversible`: only one can be true",
        params: { mistake: "no_undo" },
      });
      return z.NEVER;
    }
    return {
      kind: "fix",
      ...common(raw.fix, raw),
      do: raw.do,
      with: raw.with ?? {},
      verify: raw.verify,
      undo: orNull(raw.undo),
      irreversible: orNull(raw.irreversible),
      tries: raw.tries ?? ONCE,
      each: orNull(raw.each),
      scope: orNull(raw.scope),
    };
  }),
  use: fields({ use: StepName, runbook: RunbookId, with: With.optional(), ...anyStep }).transform(
    (raw): Step => ({ kind: "use", ...common(raw.use, raw), runbook: raw.runbook, with: raw.with ?? {} }),
  ),
  end: fields({ end: RunOutcome, note: WrittenText.optional(), tell: WrittenText.optional(), ...anyStep }).transform(
    (raw): Step => ({
      kind: "end",
      ...common(`end.${raw.end}`, raw),
      outcome: raw.end,
      note: orNull(raw.note),
      tell: orNull(raw.tell),
    }),
  ),
};
