import {
  type Condition,
  type Expectation,
  isCombined,
  type Measurement,
  OPERATORS,
  type Operator,
  type Scalar,
  secondsOf,
} from "@caretaker/protocol";
import { isFound } from "./patterns.ts";

/** A field of what was read, by its path; undefined when it is not there. */
export function fieldAt(output: unknown, path: readonly string[]): unknown {
  let value = output;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value ?? undefined;
}

/** True, false, or null for unknown. */
export type Truth = boolean | null;

/**
 * What a subject is now. `undefined` when it could not be asked at all (the read failed); a value of null or a field
 * that is not there is missing, which only `exists` can tell.
 */
export interface Subjects {
  /** False when nothing can be said of the subject, such as a field of a read that failed. */
  isAnswered(subject: string): boolean;
  value(subject: string): unknown;
  /** An operand with its references replaced; undefined when what it refers to is missing. */
  operand(value: Scalar): unknown;
  readonly now: Date;
}

export interface Judgement {
  readonly met: Truth;
  readonly measurements: readonly Measurement[];
}

/** Whether an expectation holds, three-valued, and each thing that was measured against what was expected of it. */
export function judge(expectation: Expectation, subjects: Subjects): Judgement {
  if (!isCombined(expectation)) {
    const leaves = Object.entries(expectation).flatMap(([subject, condition]) => measure(subject, condition, subjects));
    return { met: allOf(leaves.map(({ met }) => met)), measurements: leaves };
  }
  if ("not" in expectation) {
    const { met, measurements } = judge(expectation.not as Expectation, subjects);
    return { met: not(met), measurements: measurements.map(opposite) };
  }
  const [word, parts] =
    "all" in expectation ? (["all", expectation.all] as const) : (["any", expectation.any] as const);
  const judged = (parts as readonly Expectation[]).map((part) => judge(part, subjects));
  const truths = judged.map(({ met }) => met);
  return {
    met: word === "all" ? allOf(truths) : not(allOf(truths.map(not))),
    measurements: judged.flatMap(({ measurements }) => measurements),
  };
}

function allOf(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(null) ? null : true;
}

function not(truth: Truth): Truth {
  return truth === null ? null : !truth;
}

function opposite(measurement: Measurement): Measurement {
  return { ...measurement, expected: `not ${measurement.expected}`, met: not(measurement.met) };
}

/** Units of fields whose name does not say them. */
const UNITS: Readonly<Record<string, string>> = { battery: "%", ageHours: "h" };

function measure(subject: string, condition: Condition, subjects: Subjects): Measurement[] {
  const unit = UNITS[subject.split(".").at(-1) ?? ""];
  return conditionsOf(condition).map(([operator, operand]) => {
    const given = Array.isArray(operand)
      ? operand.map((one: Scalar) => subjects.operand(one))
      : subjects.operand(operand as Scalar);
    const measurement = {
      field: subject,
      value: subjects.isAnswered(subject) ? (subjects.value(subject) ?? null) : null,
      expected: expectedWords(operator, given),
      met: subjects.isAnswered(subject) ? compare(operator, subjects.value(subject), given, subjects.now) : null,
    };
    return unit === undefined ? measurement : { ...measurement, unit };
  });
}

/** A condition as its operators: a scalar is `eq`, a list is `in`. */
export function conditionsOf(condition: Condition): [Operator, Scalar | readonly Scalar[]][] {
  if (Array.isArray(condition)) return [["in", condition as readonly Scalar[]]];
  if (typeof condition !== "object") return [["eq", condition]];
  const operators = condition as { readonly [O in Operator]?: Scalar | readonly Scalar[] };
  return OPERATORS.flatMap((operator) => {
    const operand = operators[operator];
    return operand === undefined ? [] : [[operator, operand] as [Operator, Scalar | readonly Scalar[]]];
  });
}

function compare(operator: Operator, value: unknown, operand: unknown, now: Date): Truth {
  const isMissing = value === null || value === undefined;
  if (operator === "exists") return operand === !isMissing;
  if (isMissing || operand === undefined) return null;
  switch (operator) {
    case "eq":
      return isSame(value, operand);
    case "ne":
      return not(isSame(value, operand));
    case "in":
      return not(
        allOf((operand as readonly unknown[]).map((one) => (one === undefined ? null : not(isSame(value, one))))),
      );
    case "lt":
      return ordered(value, operand, (a, b) => a < b);
    case "gt":
      return ordered(value, operand, (a, b) => a > b);
    case "matches":
      return typeof value === "string" && typeof operand === "string" ? isFound(operand, value) : null;
    case "olderThan": {
      const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
      const seconds = typeof operand === "number" ? operand : secondsOf(operand);
      return Number.isNaN(at) || seconds === null ? null : now.getTime() - at > seconds * 1000;
    }
    default:
      return operator satisfies never;
  }
}

/** A text and a number are not different values but two things that cannot be compared: unknown. */
function isSame(value: unknown, operand: unknown): Truth {
  if (isThing(value) && isThing(operand)) return value.id === operand.id;
  return typeof value === typeof operand && typeof value !== "object" ? value === operand : null;
}

function isThing(value: unknown): value is { readonly id: string } {
  return typeof value === "object" && value !== null && "id" in value && typeof value.id === "string";
}

function ordered(value: unknown, operand: unknown, holds: (a: number, b: number) => boolean): Truth {
  const [a, b] = typeof value === "string" ? [Date.parse(value), momentOf(operand)] : [value, amountOf(operand)];
  if (typeof a !== "number" || typeof b !== "number" || Number.isNaN(a) || Number.isNaN(b)) return null;
  return holds(a, b);
}

function momentOf(operand: unknown): number {
  return typeof operand === "string" ? Date.parse(operand) : Number.NaN;
}

function amountOf(operand: unknown): unknown {
  return typeof operand === "string" ? secondsOf(operand) : operand;
}

function expectedWords(operator: Operator, operand: unknown): string {
  const words = Array.isArray(operand) ? operand.map(valueWords).join(", ") : valueWords(operand);
  switch (operator) {
    case "eq":
      return words;
    case "ne":
      return `not ${words}`;
    case "lt":
      return `less than ${words}`;
    case "gt":
      return `more than ${words}`;
    case "in":
      return `one of ${words}`;
    case "matches":
      return `matches ${words}`;
    case "exists":
      return operand === true ? "present" : "absent";
    case "olderThan":
      return `older than ${typeof operand === "number" ? `${operand} s` : words}`;
    default:
      return operator satisfies never;
  }
}

/** A value in a technician's line. */
export function valueWords(value: unknown): string {
  if (value === undefined) return "something that is not known";
  if (value === null) return "nothing";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "object") return String(value);
  return "name" in value && typeof value.name === "string" ? value.name : JSON.stringify(value);
}

/** `unavailable is 3, expected 0; state is not known, expected loaded`: what did not hold, in one line. */
export function measurementWords(measurements: readonly Measurement[], met: Truth): string {
  const telling = measurements.filter((one) => one.met === met);
  return (telling.length > 0 ? telling : measurements)
    .map(({ field, value, unit, expected, met: known }) => {
      const shown =
        value === null
          ? known === null
            ? "not known"
            : "absent"
          : `${valueWords(value)}${unit === undefined ? "" : ` ${unit}`}`;
      return `${field} is ${shown}, expected ${expected}`;
    })
    .join("; ");
}
