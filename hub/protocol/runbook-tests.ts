import { z } from "zod";
import { fields } from "./grammar.ts";
import { DurationSeconds, type Expectation, FieldExpectation, referenceIn, StepName, With } from "./runbook-values.ts";

/** The parts of which steps are made: what is read and expected, how often, how it is verified and taken back. */

export const seconds = DurationSeconds.optional();
export const orNull = <T>(value: T | undefined): T | null => value ?? null;

/** Either what is read, with what, and what is expected of it; or the same as an earlier check. */
export type StepTest =
  | { readonly read: string; readonly with: With; readonly expect: Expectation }
  | { readonly again: string };

export const testFields = {
  read: z.string().max(80).optional(),
  with: With.optional(),
  expect: FieldExpectation.optional(),
  again: StepName.optional(),
};

interface RawTest {
  readonly read?: string | undefined;
  readonly with?: With | undefined;
  readonly expect?: Expectation | undefined;
  readonly again?: string | undefined;
}

export function testOf(raw: RawTest, context: z.RefinementCtx): StepTest {
  const mistake = (path: string, message: string, kind: "missing_field" | "wrong_value"): typeof z.NEVER => {
    context.addIssue({ code: "custom", path: [path], message, params: { mistake: kind } });
    return z.NEVER;
  };
  if (raw.again !== undefined) {
    const extra = (["read", "with", "expect"] as const).find((field) => raw[field] !== undefined);
    if (extra === undefined) return { again: raw.again };
    return mistake(extra, `\`${extra}\` comes from the check that \`again\` names: leave it out`, "wrong_value");
  }
  if (raw.read === undefined)
    return mistake("read", "`read` is missing, or `again` with a check's name", "missing_field");
  if (raw.expect === undefined)
    return mistake("expect", "`expect` is missing: what is read has to be judged", "missing_field");
  return { read: raw.read, with: raw.with ?? {}, expect: raw.expect };
}

/** How often at most, and how long between. */
export interface Tries {
  readonly times: number;
  readonly everySeconds: number;
}
export const ONCE: Tries = { times: 1, everySeconds: 0 };
export const Tries = fields({ times: z.int().min(1).max(10), every: DurationSeconds }).transform(
  ({ times, every }): Tries => ({ times, everySeconds: every }),
);

/** One by one for each thing of a list, which is called `as` meanwhile. */
export interface Each {
  readonly of: string;
  readonly as: string;
  readonly max: number;
}
export const Each: z.ZodType<Each> = fields({
  of: z.string().refine((text) => referenceIn(text) !== null, "must be a reference, such as $list.integrations"),
  as: StepName,
  max: z.int().min(1).max(100),
});

export interface Verify {
  readonly test: StepTest;
  readonly withinSeconds: number;
  /** How long it has to stay so. */
  readonly holdsSeconds: number;
}
export const Verify = fields({ ...testFields, within: seconds, holds: seconds }).transform(
  (raw, context): Verify => ({
    test: testOf(raw, context),
    withinSeconds: raw.within ?? 0,
    holdsSeconds: raw.holds ?? 0,
  }),
);

export interface Undo {
  readonly do: string;
  readonly with: With;
  readonly verify: Verify | null;
}
export const Undo = fields({ do: z.string().max(80), with: With.optional(), verify: Verify.optional() }).transform(
  (raw): Undo => ({ do: raw.do, with: raw.with ?? {}, verify: orNull(raw.verify) }),
);
