import {
  CAPABILITIES,
  type CapabilityName,
  type CheckStep,
  type EndStep,
  type FixStep,
  type Reference,
  type ReferenceKind,
  type Runbook,
  type RunOutcome,
  referenceIn,
  referenceOf,
  type Step,
  type StepTest,
  secondsOf,
  type UseStep,
  type With,
} from "@caretaker/protocol";
import type { RecordedAnswer, RunbookCase } from "../runbooks/case.ts";
import { fieldAt, judge, measurementWords } from "../runbooks/expect.ts";
import { isThingKind } from "../runbooks/field-types.ts";
import { proofOf } from "../runbooks/proofs.ts";
import type { World } from "../runbooks/world.ts";
import { type Item, itemsIn, together } from "./items.ts";
import { placeWord } from "./place.ts";
import { type Next, type Plan, planOf } from "./plan.ts";
import { linkKind, type Thing } from "./things.ts";
import { settleUsedInputs } from "./used-inputs.ts";
import {
  fieldSubjects,
  type Given,
  type GivenInput,
  giveInput,
  plain,
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

/** A fix that was sent, and at which of the things that it goes through. */
interface Sent {
  readonly fix: FixStep;
  readonly item: Item | null;
}

class Player {
  readonly #plan: Plan;
  readonly #case: RunbookCase;
  readonly #results = new Map<string, Told>();
  /** What each used runbook was given, by the prefix of its steps. */
  readonly #uses = new Map<string, Readonly<Record<string, unknown>>>();
  /** How often each fix was sent, and taken back as `<name>.undo`; at each item as `<name>#<number>` as well. */
  readonly #done = new Map<string, number>();
  #sent: Sent[] = [];
  readonly #notPutBack: string[] = [];
  readonly #acts: string[] = [];
  readonly #path: string[] = [];
  readonly #because: string[] = [];
  readonly #now: Date;

  constructor(plan: Plan, recorded: RunbookCase) {
    this.#plan = plan;
    this.#case = recorded;
    this.#now = new Date(recorded.at);
  }

  play(): Played {
    let next: Next = { step: this.#plan.first };
    while ("step" in next) {
      if (this.#path.length >= MOST_STEPS) throw new CannotPlay(`It goes on for more than ${MOST_STEPS} steps.`);
      const step = this.#plan.step(next.step);
      next = this.#leave(step, this.#enter(step));
    }
    return { path: this.#path, acts: this.#acts, outcome: next.outcome, because: this.#because };
  }

  #enter(step: Step): Next {
    const told = this.#step(step);
    if (step.kind === "use" && told.to !== undefined && told.result === BEGUN) return told.to;
    this.#tell(step, told);
    return told.to ?? this.#plan.next(step, told.result);
  }

  /** What a used runbook ends with is the result of the step that uses it, and so on outwards. */
  #leave(from: Step, to: Next): Next {
    const { usedBy } = this.#plan.frameOf(from.name);
    if ("step" in to || usedBy === null) return to;
    const use = this.#plan.step(usedBy);
    this.#tell(use, { result: to.outcome, output: null, because: "" });
    return this.#leave(use, this.#plan.next(use, to.outcome));
  }

  #tell(step: Step, told: Told): void {
    this.#results.set(step.name, told);
    const shown = step.kind === "end" ? `${this.#plan.frameOf(step.name).prefix}end` : step.name;
    this.#path.push(`${shown}: ${told.result}`);
    this.#because.push(told.because);
  }

  #step(step: Step): Told {
    if (step.if !== null) {
      const { met, measurements } = judge(step.if, referenceSubjects(this.#values(textsIn(step.if), step), this.#now));
      const because = measurementWords(measurements, met);
      if (met === false) return { result: "skipped", output: null, because, to: this.#plan.skipped(step) };
      if (met === null) return { result: "unknown", output: null, because };
    }
    switch (step.kind) {
      case "check":
        return this.#each(step, (item) => this.#read(step, step.test, item));
      case "wait":
        return this.#read(step, step.test, null);
      case "choose":
        return this.#choose(step);
      case "ask":
      case "consent":
        return this.#ask(step);
      case "fix":
        return this.#each(step, (item) => this.#fix(step, item));
      case "end":
        return this.#end(step);
      case "use":
        return this.#use(step);
      default:
        return step satisfies never;
    }
  }

  /** One by one through what it goes through, as a run does: a fix that cannot tell of one is begun for no other. */
  #each(step: CheckStep | FixStep, at: (item: Item | null) => Told): Told {
    if (step.each === null) return at(null);
    const through = itemsIn(step.each, this.#values([step.each.of], step).get(step.each.of));
    if ("why" in through) return { result: "unknown", output: null, because: through.why };
    const told: Told[] = [];
    for (const item of through.items) {
      told.push(at(item));
      if (step.kind === "fix" && told.at(-1)?.result === "unknown") break;
    }
    const { result } = together(
      step.kind,
      told.map((one) => one.result),
    );
    const because = told.map((one, index) => `${through.items[index]?.name}: ${one.because}`).join("; ");
    return { result, output: null, because };
  }

  #read(step: Step, test: StepTest, item: Item | null): Told & { readonly result: Result } {
    const spec = this.#plan.frameOf(step.name).names.readOf(test)?.test;
    if (spec === undefined) throw new CannotPlay("A check that is repeated is not there.");
    const capability = spec.read as CapabilityName;
    const values = this.#values([...textsInWith(spec.with), ...textsIn(spec.expect)], step, item);
    const given = give(capability, spec.with, values);
    if (!given.ok) return { result: "unknown", output: null, because: given.why };
    const { output, error } = this.#answer(capability, given.given);
    const { met, measurements } = judge(spec.expect, fieldSubjects(output ?? null, values, this.#now));
    const result = met === null ? "unknown" : met ? "pass" : "fail";
    return { result, output: output ?? null, because: error ?? measurementWords(measurements, met) };
  }

  #answer(capability: CapabilityName, given: GivenInput): RecordedAnswer {
    const answers = (this.#case.reads[capability] ?? []).filter(({ of = {} }) =>
      Object.entries(of).every(([field, value]) => given.shown[field] === value || given.input[field] === value),
    );
    const now = answers.findLast(({ after, tries }) => after === undefined || (this.#done.get(after) ?? 0) >= tries);
    if (now !== undefined) return now;
    const of = Object.keys(given.shown).length === 0 ? "" : ` of ${JSON.stringify(given.shown)}`;
    throw new CannotPlay(`\`${capability}\`${of} is read, and the case does not say what it answers.`);
  }

  #choose(step: Extract<Step, { kind: "choose" }>): Told {
    for (const [index, { when, branch }] of step.cases.entries()) {
      const { met, measurements } = judge(when, referenceSubjects(this.#values(textsIn(when), step), this.#now));
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

  #fix(step: FixStep, item: Item | null): Told {
    const before = this.#read(step, step.verify.test, item);
    if (before.result === "pass") return { ...before, result: "fixed", because: `well before: ${before.because}` };
    if (before.result === "unknown") return before;
    for (let number = 1; ; number += 1) {
      const unsent = this.#act({ fix: step, item }, "", step.do, step.with);
      if (unsent !== null) return { result: "unknown", output: null, because: unsent };
      if (number === 1) this.#sent.push({ fix: step, item });
      const verified = this.#read(step, step.verify.test, item);
      if (verified.result === "pass") return { ...verified, result: "fixed" };
      if (verified.result === "unknown") return verified;
      if (number === step.tries.times) return { ...verified, result: "failed" };
    }
  }

  /** Why it could not be sent, or null. */
  #act({ fix, item }: Sent, how: "" | ".undo", action: string, given: With): string | null {
    const able = give(action as CapabilityName, given, this.#values(textsInWith(given), fix, item));
    if (!able.ok) return able.why;
    this.#acts.push(action);
    for (const place of new Set([fix.name, placeWord(fix.name, item?.number)])) {
      this.#done.set(place + how, (this.#done.get(place + how) ?? 0) + 1);
    }
    return null;
  }

  #use(step: UseStep): Told {
    const { runbook, prefix, first } = this.#plan.usedBy(step);
    const given = settleUsedInputs(runbook, step, this.#values(textsInWith(step.with), step));
    if ("why" in given) return { result: "unclear", output: null, because: given.why };
    this.#uses.set(prefix, given.inputs);
    return { result: BEGUN, output: null, because: "", to: { step: first } };
  }

  #end(step: EndStep): Told {
    const { prefix } = this.#plan.frameOf(step.name);
    if (step.outcome !== "undone") return ended(step.outcome, "");
    const own = this.#sent.filter(({ fix }) => fix.name.startsWith(prefix)).reverse();
    // Taken back once, or tried once: the end of the runbook that uses this one does not take it back again.
    this.#sent = this.#sent.filter((one) => !own.includes(one));
    if (own.length === 0) return ended("undone", "");
    this.#notPutBack.push(...own.filter((one) => !this.#isTakenBack(one)).map(({ fix }) => fix.name));
    const unclear = this.#notPutBack.join(", ");
    return unclear === "" ? ended("undone", "") : ended("unclear", `not certain: ${unclear}`);
  }

  #isTakenBack(sent: Sent): boolean {
    const { fix, item } = sent;
    if (fix.undo === null || this.#act(sent, ".undo", fix.undo.do, fix.undo.with) !== null) return false;
    const proof = proofOf(fix.undo);
    return proof !== null && this.#read(fix, proof.test, item).result === "pass";
  }

  #values(texts: Iterable<string>, step: Step, item: Item | null = null): Values {
    const references = [...texts].map((text) => [text, referenceIn(text)] as const);
    return new Map(
      references.flatMap(([text, reference]) => (reference ? [[text, this.#value(reference, step, item)]] : [])),
    );
  }

  #value({ name, path }: Reference, step: Step, item: Item | null): unknown {
    if (item?.as === name) return path.length === 0 ? item.value : fieldAt(item.value, path);
    const { prefix, runbook } = this.#plan.frameOf(step.name);
    const declared = Object.hasOwn(runbook.inputs, name) ? runbook.inputs[name] : undefined;
    if (declared === undefined) {
      const told = this.#results.get(prefix + name);
      if (told === undefined || (path.length > 0 && told.output === null)) return UNANSWERED;
      return path.length === 0 ? told.result : fieldAt(told.output, path);
    }
    const inputs = prefix === "" ? this.#case.inputs : (this.#uses.get(prefix) ?? {});
    const given = fieldAt(inputs, [name]) ?? declared.default ?? undefined;
    if (isThingKind(declared.type)) return thingIn(given, declared.type, path);
    return declared.type === "duration" ? (secondsOf(given) ?? undefined) : given;
  }
}

/** Of a `use`: its steps come first. */
const BEGUN = "begun";

function ended(outcome: RunOutcome, because: string): Told {
  return { result: outcome, output: null, because, to: { outcome } };
}

/** Things have a key with their make; in a recording their name will do. */
function thingIn(given: unknown, kind: ReferenceKind, path: readonly string[]): unknown {
  const [field, ...rest] = path;
  if (field === undefined) return asThing(given, kind);
  const value = fieldAt(given, [field]);
  const linked = linkKind(kind, field);
  return linked === null ? fieldAt(given, path) : thingIn(value, linked, rest);
}

function asThing(value: unknown, kind: ReferenceKind): unknown {
  return typeof value === "object" && value !== null && "name" in value
    ? { kind, id: value.name, key: value.name, ...value }
    : value;
}

/** A thing that a list of the gateway names is known there by what the make calls it, and nothing else is recorded of it. */
function give(capability: CapabilityName, given: With, values: Values): Given {
  const found = new Map<string, Thing>();
  for (const [field, schema] of Object.entries(CAPABILITIES[capability].input.shape)) {
    const kind = referenceOf(schema);
    const written = Object.hasOwn(given, field) ? given[field] : undefined;
    const key = kind === undefined || written === undefined ? undefined : plain(written, values);
    if (kind !== undefined && typeof key === "string") found.set(field, asThing({ name: key }, kind) as Thing);
  }
  return giveInput(capability, given, values, found);
}
