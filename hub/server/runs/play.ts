import {
  type CapabilityName,
  type FixStep,
  type Reference,
  type Runbook,
  type RunOutcome,
  referenceIn,
  type Step,
  type StepTest,
  secondsOf,
  type With,
} from "@caretaker/protocol";
import type { RunbookCase } from "../runbooks/case.ts";
import { fieldAt, judge, measurementWords } from "../runbooks/expect.ts";
import { isThingKind } from "../runbooks/field-types.ts";
import { proofOf } from "../runbooks/proofs.ts";
import type { World } from "../runbooks/world.ts";
import { type Next, type Plan, planOf } from "./plan.ts";
import {
  fieldSubjects,
  giveInput,
  referenceSubjects,
  textsIn,
  textsInWith,
  UNANSWERED,
  type Values,
} from "./values.ts";

/** How a runbook went through a recorded case. */
export interface Played {
  /** `alive: fail` for each step that was come by. */
  readonly path: readonly string[];
  readonly acts: readonly string[];
  readonly outcome: RunOutcome;
  /** Of each line of the path, what was measured. */
  readonly because: readonly string[];
}

/** The case does not say what the runbook needs to know, so nothing can be said of it. */
export class CannotPlay extends Error {}

/** What is played at most: a good runbook has no way back, so this is never reached. */
const MOST_STEPS = 500;

/**
 * Follows a runbook through recorded answers, with no home, no clock and no database. What holds, what follows and what
 * proves an undo is asked of the same functions as in a run; a home's answers do not change while something is waited for.
 */
export function play(runbook: Runbook, recorded: RunbookCase, world: World): Played {
  return new Player(planOf(runbook, world), recorded).play();
}

type Result = "pass" | "fail" | "unknown";
interface Told {
  readonly result: string;
  readonly output: Readonly<Record<string, unknown>> | null;
  readonly because: string;
  /** Where it leads, when that is not by its result. */
  readonly to?: Next;
}

class Player {
  readonly #plan: Plan;
  readonly #case: RunbookCase;
  readonly #results = new Map<string, Told>();
  /** How often each fix was sent, and taken back as `<name>.undo`. */
  readonly #done = new Map<string, number>();
  readonly #sent: FixStep[] = [];
  readonly #acts: string[] = [];
  readonly #now: Date;

  constructor(plan: Plan, recorded: RunbookCase) {
    this.#plan = plan;
    this.#case = recorded;
    this.#now = new Date(recorded.at);
  }

  play(): Played {
    const path: string[] = [];
    const because: string[] = [];
    let next: Next = { step: this.#plan.first };
    while ("step" in next && path.length < MOST_STEPS) {
      const step = this.#plan.step(next.step);
      const told = this.#step(step);
      this.#results.set(step.name, told);
      path.push(`${step.kind === "end" ? "end" : step.name}: ${told.result}`);
      because.push(told.because);
      next = told.to ?? this.#plan.next(step, told.result);
    }
    if ("step" in next) throw new CannotPlay(`It goes on for more than ${MOST_STEPS} steps.`);
    return { path, acts: this.#acts, outcome: next.outcome, because };
  }

  #step(step: Step): Told {
    if (step.if !== null) {
      const { met, measurements } = judge(step.if, referenceSubjects(this.#values(textsIn(step.if)), this.#now));
      const because = measurementWords(measurements, met);
      if (met === false) return { result: "skipped", output: null, because, to: this.#plan.skipped(step) };
      if (met === null) return { result: "unknown", output: null, because };
    }
    switch (step.kind) {
      case "check":
        if (step.each !== null) throw new CannotPlay(`\`${step.name}\` has \`each\`, which cannot be played yet.`);
        return this.#read(step.test);
      case "wait":
        return this.#read(step.test);
      case "choose":
        return this.#choose(step);
      case "ask":
      case "consent":
        return this.#ask(step);
      case "fix":
        return this.#fix(step);
      case "end":
        return this.#end(step.outcome);
      case "use":
        throw new CannotPlay(`\`${step.name}\` uses another runbook, which cannot be played yet.`);
      default:
        return step satisfies never;
    }
  }

  #read(test: StepTest): Told & { readonly result: Result } {
    const spec = this.#plan.frameOf(this.#plan.first).names.readOf(test)?.test;
    if (spec === undefined) throw new CannotPlay("A check that is repeated is not there.");
    const capability = spec.read as CapabilityName;
    const values = this.#values([...textsInWith(spec.with), ...textsIn(spec.expect)]);
    const given = giveInput(capability, spec.with, values);
    if (!given.ok) return { result: "unknown", output: null, because: given.why };
    const { output, error } = this.#answer(capability);
    const { met, measurements } = judge(spec.expect, fieldSubjects(output ?? null, values, this.#now));
    const result = met === null ? "unknown" : met ? "pass" : "fail";
    return { result, output: output ?? null, because: error ?? measurementWords(measurements, met) };
  }

  #answer(capability: CapabilityName): RunbookCase["reads"][string][number] {
    const answers = this.#case.reads[capability] ?? [];
    const now = answers.findLast(({ after, tries }) => after === undefined || (this.#done.get(after) ?? 0) >= tries);
    if (now !== undefined) return now;
    throw new CannotPlay(`\`${capability}\` is read, and the case does not say what it answers.`);
  }

  #choose(step: Extract<Step, { kind: "choose" }>): Told {
    for (const [index, { when, branch }] of step.cases.entries()) {
      const { met, measurements } = judge(when, referenceSubjects(this.#values(textsIn(when)), this.#now));
      if (met === false) continue;
      const because = measurementWords(measurements, met);
      if (met === null) return { result: "unknown", output: null, because };
      return { result: `case ${index + 1}`, output: null, because, to: this.#plan.into(step, branch) };
    }
    return { result: "else", output: null, because: "No case holds.", to: this.#plan.into(step, step.else) };
  }

  #ask(step: Extract<Step, { kind: "ask" | "consent" }>): Told {
    const answer = Object.hasOwn(this.#case.people, step.name) ? this.#case.people[step.name] : undefined;
    if (answer === undefined)
      throw new CannotPlay(`\`${step.name}\` asks somebody, and the case does not say what comes of it.`);
    const isFree = step.kind === "ask" && typeof step.answers === "string" && answer !== "expired";
    return { result: isFree ? "answered" : String(answer), output: { answer }, because: `the answer is ${answer}` };
  }

  #fix(step: FixStep): Told {
    if (step.each !== null) throw new CannotPlay(`\`${step.name}\` has \`each\`, which cannot be played yet.`);
    const before = this.#read(step.verify.test);
    if (before.result === "pass") return { ...before, result: "fixed", because: `well before: ${before.because}` };
    for (let number = 1; ; number += 1) {
      const unsent = this.#act(step.name, step.do, step.with);
      if (unsent !== null) return { result: "unknown", output: null, because: unsent };
      if (number === 1) this.#sent.push(step);
      const verified = this.#read(step.verify.test);
      if (verified.result === "pass") return { ...verified, result: "fixed" };
      if (verified.result === "unknown") return verified;
      if (number === step.tries.times) return { ...verified, result: "failed" };
    }
  }

  /** Why it could not be sent, or null. */
  #act(name: string, action: string, given: With): string | null {
    const able = giveInput(action as CapabilityName, given, this.#values(textsInWith(given)));
    if (!able.ok) return able.why;
    this.#acts.push(action);
    this.#done.set(name, (this.#done.get(name) ?? 0) + 1);
    return null;
  }

  #end(outcome: RunOutcome): Told {
    const unproven = outcome === "undone" ? [...this.#sent].reverse().filter((fix) => !this.#isTakenBack(fix)) : [];
    const really = unproven.length === 0 ? outcome : "unclear";
    const because = unproven.length === 0 ? "" : `not certain: ${unproven.map(({ name }) => name).join(", ")}`;
    return { result: really, output: null, because, to: { outcome: really } };
  }

  #isTakenBack({ name, undo }: FixStep): boolean {
    if (undo === null || this.#act(`${name}.undo`, undo.do, undo.with) !== null) return false;
    const proof = proofOf(undo);
    return proof !== null && this.#read(proof.test).result === "pass";
  }

  #values(texts: Iterable<string>): Values {
    const references = [...texts].map((text) => [text, referenceIn(text)] as const);
    return new Map(references.flatMap(([text, reference]) => (reference ? [[text, this.#value(reference)]] : [])));
  }

  #value({ name, path }: Reference): unknown {
    const { inputs } = this.#plan.runbook;
    const declared = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (declared === undefined) {
      const told = this.#results.get(name);
      if (told === undefined || (path.length > 0 && told.output === null)) return UNANSWERED;
      return path.length === 0 ? told.result : fieldAt(told.output, path);
    }
    const given = fieldAt(this.#case.inputs, [name]) ?? declared.default ?? undefined;
    if (isThingKind(declared.type)) return asThing(fieldAt(given, path));
    return declared.type === "duration" ? (secondsOf(given) ?? undefined) : given;
  }
}

/** Things have a key with their make; in a recording their name will do. */
function asThing(value: unknown): unknown {
  return typeof value === "object" && value !== null && "name" in value
    ? { id: value.name, key: value.name, ...value }
    : value;
}
