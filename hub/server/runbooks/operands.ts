import {
  type Condition,
  type Expectation,
  isCombined,
  type Operator,
  type Reference,
  type RunbookMistake,
  referenceIn,
  secondsOf,
  type Value,
} from "@caretaker/protocol";
import { conditionsOf } from "./expect.ts";
import { ANY, type FieldType, type Found, isThingKind, type Kind, typeWords } from "./field-types.ts";
import type { Names } from "./names.ts";
import { judgePattern } from "./patterns.ts";
import type { Path, RunbookSource } from "./source.ts";
import { didYouMean } from "./suggest.ts";

/** What all patterns of a runbook may be together, written out: to read them takes time as well. */
const MOST_PATTERN = 3000;

/** Names of steps that have certainly run here, and of items of the step's own `each`. */
export type Known = ReadonlySet<string>;

/** Whether references can be followed and operands are of the right type. */
export class Operands {
  readonly mistakes: RunbookMistake[] = [];
  readonly #source: RunbookSource;
  readonly #names: Names;
  #patternSize = 0;

  constructor(source: RunbookSource, names: Names) {
    this.#source = source;
    this.#names = names;
  }

  /** What a reference is of; `any` after a mistake, so that one mistake is not said twice. */
  reference(reference: Reference, path: Path, known: Known, atKey = false): FieldType {
    const found = this.#names.typeOf(reference);
    if ("unknown" in found) {
      this.#unknown(reference, found, path, atKey);
      return ANY;
    }
    const declared = this.#names.get(reference.name);
    if ((declared?.sort === "step" || declared?.sort === "item") && !known.has(reference.name)) {
      const why =
        declared.sort === "item" ? "is known only inside its own step" : "may not have run when this is reached";
      this.#add("may_not_have_run", path, `\`$${reference.name}\` ${why}`, { atKey });
    }
    return found;
  }

  /** All references inside a value that is not judged further. */
  references(value: Value, path: Path, known: Known): void {
    const reference = referenceIn(value);
    if (reference !== null) this.reference(reference, path, known);
    if (Array.isArray(value))
      for (const [index, item] of value.entries()) this.references(item, [...path, index], known);
    else if (typeof value === "object") {
      for (const [key, item] of Object.entries(value as Record<string, Value>))
        this.references(item, [...path, key], known);
    }
  }

  /** What a repeated check is given has to be known here as well; what is wrong with it is said where it stands. */
  repeated(value: Value, path: Path, known: Known): void {
    const reference = referenceIn(value);
    if (reference !== null && !("unknown" in this.#names.typeOf(reference))) this.reference(reference, path, known);
    if (typeof value === "object") for (const inner of Object.values(value)) this.repeated(inner as Value, path, known);
  }

  /** Whether a value can stand where `expected` is needed. */
  fits(expected: FieldType, value: Value, path: Path, known: Known): void {
    const reference = referenceIn(value);
    if (reference !== null) {
      const found = this.reference(reference, path, known);
      if (isSameKind(expected.kind, found.kind)) return;
      this.#add("wrong_type", path, `is ${typeWords(found)}, where ${typeWords({ kind: expected.kind })} is needed`);
      return;
    }
    const options = expected.options ?? [];
    if (isLiteralOf(expected.kind, value)) {
      if (options.length === 0 || options.includes(String(value))) return;
      const hint = didYouMean(String(value), options);
      this.#add("wrong_type", path, `can never be: it is ${typeWords(expected)}`, { didYouMean: hint });
      return;
    }
    const how = isThingKind(expected.kind) ? ": refer to an input, as in $bridge" : "";
    this.#add("wrong_type", path, `must be ${typeWords(expected)}${how}`);
  }

  expectation(expectation: Expectation, path: Path, known: Known, subjectOf: (subject: string) => Found): void {
    if (isCombined(expectation)) {
      if ("not" in expectation) {
        this.expectation(expectation.not as Expectation, [...path, "not"], known, subjectOf);
        return;
      }
      const word = "all" in expectation ? "all" : "any";
      const parts = ("all" in expectation ? expectation.all : expectation.any) as readonly Expectation[];
      for (const [index, part] of parts.entries()) this.expectation(part, [...path, word, index], known, subjectOf);
      return;
    }
    for (const [subject, condition] of Object.entries(expectation)) {
      const at = [...path, subject];
      const reference = referenceIn(subject);
      const found = reference === null ? subjectOf(subject) : this.reference(reference, at, known, true);
      if ("unknown" in found)
        this.#unknownField(found, at, `\`${found.unknown}\` is not a field of what is read`, true);
      else this.#condition(found, condition, at, known);
    }
  }

  #condition(subject: FieldType, condition: Condition, path: Path, known: Known): void {
    const isSpelledOut = typeof condition === "object" && !Array.isArray(condition);
    for (const [operator, operand] of conditionsOf(condition)) {
      const at = isSpelledOut ? [...path, operator] : path;
      if (!canTake(operator, subject.kind)) {
        this.#add("wrong_type", at, `\`${operator}\` cannot be asked of ${typeWords(subject)}`, { atKey: true });
      } else if (operator === "matches") {
        this.#pattern(String(operand), at);
      } else if (operator === "olderThan") {
        this.fits({ kind: "duration" }, operand as Value, at, known);
      } else if (Array.isArray(operand)) {
        for (const [index, one] of operand.entries()) this.fits(subject, one, [...at, index], known);
      } else if (operator !== "exists") {
        this.fits(subject, operand as Value, at, known);
      }
    }
  }

  #pattern(pattern: string, path: Path): void {
    if (this.#patternSize > MOST_PATTERN) {
      this.#add("bad_pattern", path, "is one pattern too many: together they are too large for one runbook");
      return;
    }
    const { size, mistake } = judgePattern(pattern);
    this.#patternSize += size;
    if (mistake !== null) this.#add("bad_pattern", path, `is no pattern that can be used: ${mistake}`);
  }

  #unknown(
    { name }: Reference,
    found: { unknown: string; known: readonly string[] },
    path: Path,
    atKey: boolean,
  ): void {
    if (found.unknown !== name || this.#names.get(name) !== undefined) {
      this.#unknownField(found, path, `\`$${name}\` has no field \`${found.unknown}\``, atKey);
      return;
    }
    const hint = didYouMean(name, this.#names.all);
    this.#add("unknown_name", path, `\`$${name}\` names neither an input nor a step`, {
      atKey,
      didYouMean: hint === undefined ? undefined : `$${hint}`,
    });
  }

  #unknownField(
    { unknown, known }: { unknown: string; known: readonly string[] },
    path: Path,
    message: string,
    atKey: boolean,
  ): void {
    const list = known.length === 0 ? "" : `; it has ${known.join(", ")}`;
    this.#add("unknown_field", path, `${message}${list}`, { atKey, didYouMean: didYouMean(unknown, known) });
  }

  #add(
    code: RunbookMistake["code"],
    path: Path,
    message: string,
    more: { didYouMean?: string | undefined; atKey?: boolean } = {},
  ): void {
    this.mistakes.push(this.#source.mistake(code, path, message, more));
  }
}

function canTake(operator: Operator, kind: Kind): boolean {
  if (kind === "any" || operator === "exists") return true;
  if (operator === "lt" || operator === "gt") return kind === "number" || kind === "moment" || kind === "duration";
  if (operator === "matches") return kind === "text" || kind === "choice";
  if (operator === "olderThan") return kind === "moment";
  return kind !== "list" && kind !== "map";
}

function isSameKind(expected: Kind, found: Kind): boolean {
  if (expected === "any" || found === "any" || expected === found) return true;
  return (expected === "text" && found === "choice") || (expected === "choice" && found === "text");
}

function isLiteralOf(kind: Kind, value: Value): boolean {
  switch (kind) {
    case "any":
      return true;
    case "text":
    case "choice":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "yesno":
      return typeof value === "boolean";
    case "duration":
      return secondsOf(value) !== null;
    case "moment":
      return typeof value === "string" && !Number.isNaN(Date.parse(value));
    case "list":
      return Array.isArray(value);
    case "map":
      return typeof value === "object" && !Array.isArray(value);
    default:
      return false;
  }
}
