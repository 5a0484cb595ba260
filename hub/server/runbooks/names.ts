import {
  CAPABILITIES,
  type CheckStep,
  type Each,
  type Reference,
  type Runbook,
  referenceIn,
  type Step,
  type StepTest,
  THING_FIELDS,
} from "@caretaker/protocol";
import { z } from "zod";
import { ANY, type FieldType, type Found, isThingKind, itemAt, typeAt } from "./field-types.ts";
import { allSteps, outcomesOf, resultsOf } from "./results.ts";
import { isRead, type World } from "./world.ts";

/** What a reference can name: inputs, steps, and items of `each`, all in one namespace. */
export type Declared =
  | { readonly sort: "input"; readonly type: FieldType }
  | { readonly sort: "item"; readonly item: z.ZodType }
  | { readonly sort: "step"; readonly results: readonly string[]; readonly output: z.ZodType | null }
  /** Its declaration has a mistake of its own, so nothing more is said about uses of it. */
  | { readonly sort: "broken" };

/** What a test reads, and the check that says so where it repeats one; null when that is not known. */
type ReadOf = { readonly test: Extract<StepTest, { read: string }>; readonly of: string | null } | null;

export function namesOf(runbook: Runbook, world: World, broken: readonly string[] = []): Names {
  return new Names(runbook, allSteps(runbook.steps), world, broken);
}

export class Names {
  readonly checks = new Map<string, CheckStep>();
  /** Of the runbook whose names these are. */
  readonly id: string;
  readonly #declared = new Map<string, Declared>();
  readonly #repeated = new Map<string, ReadOf>();
  #all: readonly string[] | null = null;

  constructor(runbook: Runbook, steps: readonly Step[], world: World, broken: readonly string[]) {
    this.id = runbook.id;
    for (const name of broken) this.#declared.set(name, { sort: "broken" });
    for (const [name, { type, options, optional }] of Object.entries(runbook.inputs)) {
      if (broken.includes(name)) continue;
      const words = type === "choice" ? { kind: "text" as const, options } : { kind: type };
      this.#declared.set(name, { sort: "input", type: { ...words, isOptional: optional } });
    }
    for (const step of steps) if (step.kind === "check") this.checks.set(step.name, step);
    const outcomes = (id: string): readonly string[] => {
      const used = world.runbooks.get(id);
      return used === undefined ? [] : outcomesOf(used);
    };
    for (const step of steps) {
      if (step.kind === "end" || this.#declared.has(step.name)) continue;
      this.#declared.set(step.name, { sort: "step", results: resultsOf(step, outcomes), output: this.#outputOf(step) });
    }
    for (const step of steps) {
      if ((step.kind === "check" || step.kind === "fix") && step.each !== null) {
        this.#declared.set(step.each.as, { sort: "item", item: this.#itemOf(step.each) });
      }
    }
  }

  get all(): readonly string[] {
    this.#all ??= [...this.#declared.keys()];
    return this.#all;
  }

  get(name: string): Declared | undefined {
    return this.#declared.get(name);
  }

  /** The type of what a reference names, or the word in it that is not known. */
  typeOf({ name, path }: Reference): Found {
    const declared = this.#declared.get(name);
    if (declared === undefined) return { unknown: name, known: this.all };
    switch (declared.sort) {
      case "broken":
        return ANY;
      case "item":
        return typeAt(declared.item, path);
      case "input":
        return thingField(declared.type, path);
      case "step":
        if (path.length === 0) return { kind: "text", options: declared.results };
        return declared.output === null ? { unknown: path[0] ?? "", known: [] } : typeAt(declared.output, path);
      default:
        return declared satisfies never;
    }
  }

  readOf(test: StepTest): ReadOf {
    if ("read" in test) return { test, of: null };
    const known = this.#repeated.get(test.again);
    if (known !== undefined) return known;
    const found = this.#follow(test.again);
    this.#repeated.set(test.again, found);
    return found;
  }

  /** A check may repeat one that repeats another: followed once, and not in a ring. */
  #follow(name: string): ReadOf {
    const seen = new Set<string>();
    for (let again = name; !seen.has(again); ) {
      seen.add(again);
      const test = this.checks.get(again)?.test;
      if (test === undefined) return null;
      if ("read" in test) return { test, of: again };
      again = test.again;
    }
    return null;
  }

  /** What goes one by one in an `each`; anything, where that is no list of a step: then a mistake says so. */
  #itemOf({ of }: Each): z.ZodType {
    const reference = referenceIn(of);
    const list = reference === null ? undefined : this.#declared.get(reference.name);
    const output = list?.sort === "step" ? list.output : null;
    return reference === null || output === null ? z.unknown() : itemAt(output, reference.path);
  }

  #outputOf(step: Step): z.ZodType | null {
    if (step.kind === "ask") return z.object({ answer: step.answers === "number" ? z.number() : z.string() });
    const test =
      step.kind === "fix" ? step.verify.test : step.kind === "check" || step.kind === "wait" ? step.test : null;
    const read = test === null ? null : this.readOf(test)?.test.read;
    if (test === null) return null;
    // Of a read that is not known nobody can say which fields it has.
    return read != null && isRead(read) ? CAPABILITIES[read].output : z.unknown();
  }
}

/** `$bridge.poweredBy.name`: each field that names a thing can be asked on. */
function thingField(type: FieldType, path: readonly string[]): Found {
  const [first, ...rest] = path;
  if (first === undefined) return type;
  if (!isThingKind(type.kind)) return { unknown: first, known: [] };
  const fields: Readonly<Record<string, FieldType["kind"]>> = THING_FIELDS[type.kind];
  const kind = Object.hasOwn(fields, first) ? fields[first] : undefined;
  return kind === undefined ? { unknown: first, known: Object.keys(fields) } : thingField({ kind }, rest);
}
