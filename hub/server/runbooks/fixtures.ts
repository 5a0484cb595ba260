import { CAPABILITIES, isCapability, type RunbookMistake } from "@caretaker/protocol";
import { z } from "zod";
import { fieldAt, judge, measurementWords, type Subjects } from "./expect.ts";
import { namesOf } from "./names.ts";
import type { ValidRunbook } from "./validate.ts";
import { allPlaced, placedIn } from "./walk.ts";
import type { World } from "./world.ts";

/**
 * What was read of a home in the state that a runbook is for. It lies beside the runbook as `fixtures/<name>.ill.json`,
 * and shows that what its fixes are proven by is not so before them.
 */
export const IllFixture = z.strictObject({
  /** Where and when it was recorded, for people. */
  recorded: z.string(),
  /** By capability. */
  reads: z.record(z.string(), z.record(z.string(), z.unknown())),
});
export type IllFixture = z.infer<typeof IllFixture>;

/** Fixes whose verify holds already in that state, or is not recorded in it: such a verify would prove nothing. */
export function provesNothing(valid: ValidRunbook, ill: IllFixture | undefined, world: World): RunbookMistake[] {
  if (ill === undefined) return [];
  const { runbook, source } = valid;
  const names = namesOf(runbook, world);
  return allPlaced(placedIn(runbook.steps, ["steps"], source), source).flatMap(({ step, path }) => {
    const test = step.kind === "fix" ? names.readOf(step.verify.test)?.test : undefined;
    if (test === undefined) return [];
    const at = [...path, "verify"];
    const output = isCapability(test.read)
      ? CAPABILITIES[test.read].output.safeParse(ill.reads[test.read]).data
      : undefined;
    if (output === undefined) {
      const message = `cannot be judged: the state this is for was recorded without ${test.read}`;
      return [source.mistake("verify_already_holds", at, message)];
    }
    const { met, measurements } = judge(test.expect, recordedSubjects(output));
    if (met !== true) return [];
    const message = `holds already in the state this is for, so it would prove nothing: ${measurementWords(measurements, met)}`;
    return [source.mistake("verify_already_holds", at, message)];
  });
}

/** References cannot be followed in a recording: what depends on one is unknown, and so does not hold. */
function recordedSubjects(output: unknown): Subjects {
  return {
    isAnswered: () => true,
    value: (subject) => fieldAt(output, subject.split(".")),
    operand: (value) => (typeof value === "string" && /^\$[^$]/.test(value) ? undefined : value),
    now: new Date(),
  };
}
