import type { Each, RunEventData, Step, StepStatus } from "@caretaker/protocol";
import { fieldAt } from "../runbooks/expect.ts";
import { FIRST_PHASE } from "./memory.ts";
import type { Ride } from "./ride.ts";
import { UNANSWERED } from "./values.ts";
import { resumed } from "./waiting.ts";

/** One of the things that a step with `each` goes through. */
export interface Item {
  /** From 1 on. */
  readonly number: number;
  readonly of: number;
  /** As a person reads it. */
  readonly name: string;
  /** What the step calls it, as in `$as.field`. */
  readonly as: string;
  readonly value: unknown;
}

/** A step at one of the things that it goes through; `item` is null where it goes through none. */
export interface At<S extends Step = Step> {
  readonly step: S;
  readonly item: Item | null;
}

export type Items = { readonly items: readonly Item[] } | { readonly why: string };

/** What a step goes through, out of what was read before; the same each time. More than `max` is unknown. */
export async function itemsOf(ride: Ride, step: Step): Promise<Items | null> {
  const each = step.kind === "check" || step.kind === "fix" ? step.each : null;
  if (each === null) return null;
  return itemsIn(each, (await ride.values([each.of], { step, item: null })).get(each.of));
}

/** The items of a list that was read: all of them, or none where they are not known or too many. */
export function itemsIn(each: Each, value: unknown): Items {
  if (value === UNANSWERED || !Array.isArray(value)) return { why: `${each.of} is not known` };
  const all: readonly unknown[] = value;
  if (all.length > each.max) return { why: `${each.of} has more than ${each.max}, so none was begun` };
  const items = all.map((one, index) => ({
    number: index + 1,
    of: all.length,
    name: nameOf(one) ?? `${index + 1}`,
    as: each.as,
    value: one,
  }));
  return { items };
}

function nameOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  const name = fieldAt(value, ["name"]) ?? fieldAt(value, ["key"]);
  return typeof name === "string" ? name : null;
}

/** A step at the item with a number; 0 for a step that goes through nothing. */
export async function atItem<S extends Step>(ride: Ride, step: S, number: number): Promise<At<S>> {
  const found = number === 0 ? null : await itemsOf(ride, step);
  const item = found !== null && "items" in found ? found.items[number - 1] : undefined;
  return { step, item: item ?? null };
}

type Status = StepStatus;
const GOOD: Readonly<Record<string, string>> = { check: "pass", fix: "fixed" };
const BAD: Readonly<Record<string, string>> = { check: "fail", fix: "failed" };
const STATUSES: Readonly<Record<string, Status>> = {
  pass: "passed",
  fail: "failed",
  fixed: "fixed",
  failed: "failed",
  unknown: "unknown",
};

/** All good is good, any bad is bad; otherwise nobody knows. */
export function together(kind: Step["kind"], results: readonly string[]): { status: Status; result: string } {
  const result = results.includes(BAD[kind] ?? "")
    ? (BAD[kind] ?? "")
    : results.every((one) => one === GOOD[kind])
      ? (GOOD[kind] ?? "")
      : "unknown";
  return { status: STATUSES[result] ?? "unknown", result };
}

/**
 * Ends the step, or its part for one item and goes on to the next. A fix that is unknown for one is begun for no other:
 * unknown never leads to a fix.
 */
export async function finishAt(
  ride: Ride,
  { step, item }: At,
  status: Status,
  result: string,
  more: { readonly events?: readonly RunEventData[]; readonly output?: object | null } = {},
): Promise<void> {
  if (item === null) return ride.finishStep(status, result, more);
  const { number, of, name } = item;
  const ended: RunEventData = { kind: "step.item_ended", step: step.name, item: { number, of, name }, status, result };
  const events = [...(more.events ?? []), ended];
  const outcomes = [...ride.active.outcomes, result];
  if (number === of || (step.kind === "fix" && result === "unknown")) {
    const whole = together(step.kind, outcomes);
    return ride.finishStep(whole.status, whole.result, { events });
  }
  const phase = FIRST_PHASE[step.kind] ?? "read";
  await ride.commit({
    events: [...resumed(ride, "The next one can begin."), ...events],
    memory: ride.note({ phase, item: number + 1, outcomes, tries: 0, poll: null, attemptId: null, act: null }),
  });
}
