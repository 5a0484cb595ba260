import {
  CAPABILITIES,
  type CapabilityName,
  type Each,
  type MistakeCode,
  type Step,
  type StepTest,
  secondsOf,
  type Value,
  type With,
} from "@caretaker/protocol";
import type { z } from "zod";
import { ANY, isOptionalField, typeAt, typeOf } from "./field-types.ts";
import type { Names } from "./names.ts";
import type { Known, Operands } from "./operands.ts";
import type { Path, RunbookSource } from "./source.ts";
import { didYouMean } from "./suggest.ts";
import { capabilityNames, declarationsOf, isAction, isRead, type World } from "./world.ts";

/** Where a placeholder stands for something missing, about which a mistake was already said. */
export const MISSING = "missing-here";
export const MISSING_FIELD = "missing_here";

/** What each step says, apart from the order of steps: capabilities, their input, what is expected. */
export class StepCheck {
  readonly #source: RunbookSource;
  readonly #names: Names;
  readonly #world: World;
  readonly #operands: Operands;

  constructor(source: RunbookSource, names: Names, world: World, operands: Operands) {
    this.#source = source;
    this.#names = names;
    this.#world = world;
    this.#operands = operands;
  }

  step(step: Step, path: Path, known: Known): void {
    if (step.if !== null) this.#operands.expectation(step.if, [...path, "if"], known, () => ANY);
    this.#reads(step, path);
    switch (step.kind) {
      case "check":
      case "wait": {
        const inside = step.kind === "check" ? this.#each(step.each, path, known) : known;
        this.#test(step.test, path, inside);
        this.#evidence(step.test, step.evidence, path);
        return;
      }
      case "choose":
        for (const [index, { when }] of step.cases.entries()) {
          this.#operands.expectation(when, [...path, "cases", index, "when"], known, () => ANY);
        }
        return;
      case "fix": {
        const inside = this.#each(step.each, path, known);
        this.#action(step.do, step.with, path, inside);
        this.#test(step.verify.test, [...path, "verify"], inside);
        this.#evidence(step.verify.test, step.evidence, path);
        if (step.undo !== null) {
          this.#action(step.undo.do, step.undo.with, [...path, "undo"], inside);
          if (step.undo.verify !== null) this.#test(step.undo.verify.test, [...path, "undo", "verify"], inside);
        }
        return;
      }
      case "use":
        this.#use(step.runbook, step.with, path, known);
        return;
      case "ask":
      case "consent":
      case "end":
        return;
      default:
        step satisfies never;
    }
  }

  /** What would have no effect is a mistake, so that nobody believes it has one. */
  #reads(step: Step, path: Path): void {
    if (step.kind === "check" || step.kind === "wait" || step.kind === "fix") return;
    const without = step.kind === "use" ? "the runbook that it uses says it for each of its steps" : "nothing is read";
    for (const [field, isSaid] of [
      ["timeout", step.timeoutSeconds !== null],
      ["evidence", step.evidence.length > 0],
    ] as const) {
      if (!isSaid) continue;
      this.#add(
        "unknown_field",
        [...path, field],
        `\`${field}\` means nothing on this ${step.kind}: ${without}`,
        undefined,
        true,
      );
    }
  }

  #each(each: Each | null, path: Path, known: Known): Known {
    if (each === null) return known;
    this.#operands.fits({ kind: "list" }, each.of, [...path, "each", "of"], known);
    return new Set([...known, each.as]);
  }

  #test(test: StepTest, path: Path, known: Known): void {
    if ("again" in test) {
      if (test.again === MISSING) return;
      const found = this.#names.readOf(test);
      if (found === null) {
        const checks = [...this.#names.checks.keys()];
        if (this.#names.get(test.again)?.sort === "broken") return;
        const message = `\`${test.again}\` is not the name of a check`;
        this.#add("unknown_check", [...path, "again"], message, didYouMean(test.again, checks));
        return;
      }
      this.#operands.repeated(found.test.with, [...path, "again"], known);
      return;
    }
    const read = this.#capability("read", test.read, [...path, "read"]);
    if (read === null) {
      this.#operands.references(test.with, [...path, "with"], known);
      return;
    }
    this.#input(read, test.with, path, known, "read");
    if (Object.hasOwn(test.expect, MISSING_FIELD)) return;
    const { output } = CAPABILITIES[read];
    this.#operands.expectation(test.expect, [...path, "expect"], known, (subject) =>
      typeAt(output, subject.split(".")),
    );
  }

  #evidence(test: StepTest, evidence: readonly string[], path: Path): void {
    const read = this.#names.readOf(test)?.test.read;
    if (read === undefined || !isRead(read)) return;
    for (const [index, field] of evidence.entries()) {
      const found = typeAt(CAPABILITIES[read].output, field.split("."));
      if (!("unknown" in found)) continue;
      const message = `\`${found.unknown}\` is not a field of what is read; it has ${found.known.join(", ")}`;
      this.#add("unknown_field", [...path, "evidence", index], message, didYouMean(found.unknown, found.known));
    }
  }

  #action(name: string, given: With, path: Path, known: Known): void {
    const action = this.#capability("action", name, [...path, "do"]);
    if (action === null) this.#operands.references(given, [...path, "with"], known);
    else this.#input(action, given, path, known, "do");
  }

  #capability(kind: "read" | "action", name: string, path: Path): CapabilityName | null {
    if (kind === "read" ? !isRead(name) : !isAction(name)) {
      const known = capabilityNames(kind);
      const isOther = kind === "read" ? isAction(name) : isRead(name);
      const message = isOther
        ? `is ${kind === "read" ? "an action, and here something is only read" : "a read, and changes nothing"}`
        : `is no ${kind} that we know; there are ${known.join(", ")}`;
      const hint = isOther ? undefined : didYouMean(name, known);
      this.#add(kind === "read" ? "unknown_read" : "unknown_action", path, message, hint);
      return null;
    }
    if (declarationsOf(this.#world, name).length === 0) {
      this.#add("no_connector", path, "is a capability that no connector of this hub has");
    }
    return name as CapabilityName;
  }

  #input(capability: CapabilityName, given: With, path: Path, known: Known, word: string): void {
    const shape = CAPABILITIES[capability].input.shape as Record<string, z.ZodType>;
    for (const [field, schema] of Object.entries(shape)) {
      if (Object.hasOwn(given, field) || isOptionalField(schema)) continue;
      this.#add("missing_field", [...path, word], `\`${capability}\` needs \`${field}\` in \`with\``);
    }
    for (const [field, value] of Object.entries(given)) {
      const at = [...path, "with", field];
      const schema = Object.hasOwn(shape, field) ? shape[field] : undefined;
      if (schema === undefined) {
        const fields = Object.keys(shape);
        const list = fields.length === 0 ? "it takes nothing" : `it takes ${fields.join(", ")}`;
        const message = `\`${capability}\` has no input \`${field}\`; ${list}`;
        this.#add("unknown_field", at, message, didYouMean(field, fields), true);
        this.#operands.references(value, at, known);
      } else {
        this.#operands.fits(typeOf(schema), value, at, known);
        this.#bounds(schema, value, at);
      }
    }
  }

  /** The protocol's own bounds, such as how long a switch may stay off. */
  #bounds(schema: z.ZodType, value: Value, path: Path): void {
    const literal = literalOf(typeOf(schema).kind, value);
    const issue = literal === undefined ? undefined : schema.safeParse(literal).error?.issues[0];
    if (issue === undefined) return;
    const bound =
      issue.code === "too_big"
        ? `at most ${issue.maximum}`
        : issue.code === "too_small"
          ? `at least ${issue.minimum}`
          : null;
    this.#add("wrong_value", path, bound === null ? issue.message : `must be ${bound}`);
  }

  #use(id: string, given: With, path: Path, known: Known): void {
    // One that uses itself is told so as a whole.
    if (id === MISSING || id === this.#names.id) return;
    const used = this.#world.runbooks.get(id);
    if (used === undefined) {
      const hint = didYouMean(id, [...this.#world.runbooks.keys()]);
      this.#add("unknown_runbook", [...path, "runbook"], `\`${id}\` is no runbook that this hub has`, hint);
      this.#operands.references(given, [...path, "with"], known);
      return;
    }
    for (const [name, input] of Object.entries(used.inputs)) {
      if (Object.hasOwn(given, name) || input.optional || input.default !== null) continue;
      this.#add("missing_field", [...path, "runbook"], `\`${id}\` needs \`${name}\` in \`with\``);
    }
    for (const [name, value] of Object.entries(given)) {
      const input = Object.hasOwn(used.inputs, name) ? used.inputs[name] : undefined;
      const at = [...path, "with", name];
      if (input !== undefined) {
        const type = input.type === "choice" ? { kind: "text" as const, options: input.options } : { kind: input.type };
        this.#operands.fits(type, value, at, known);
        continue;
      }
      const inputs = Object.keys(used.inputs);
      this.#add("unknown_field", at, `\`${id}\` has no input \`${name}\``, didYouMean(name, inputs), true);
      this.#operands.references(value, at, known);
    }
  }

  #add(code: MistakeCode, path: Path, message: string, hint?: string, atKey = false): void {
    this.#operands.mistakes.push(this.#source.mistake(code, path, message, { didYouMean: hint, atKey }));
  }
}

function literalOf(kind: string, value: Value): unknown {
  if (kind === "duration") return secondsOf(value) ?? undefined;
  return kind === "number" && typeof value === "number" ? value : undefined;
}
