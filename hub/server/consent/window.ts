import type { AgreedWindow } from "@caretaker/protocol";
import {
  CaretakerError,
  LONGEST_WINDOW_MINUTES,
  SHORTEST_WINDOW_MINUTES,
  WINDOW_WITHIN_DAYS,
} from "@caretaker/protocol";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Between which moments a window may lie that is chosen now. */
export function windowChoice(now: Date): AgreedWindow {
  return { from: now.toISOString(), to: new Date(now.getTime() + WINDOW_WITHIN_DAYS * DAY).toISOString() };
}

/** What is wrong with a window that a homeowner chose, in words for them; null when nothing is. */
export function mistakeInWindow({ from, to }: AgreedWindow, now: Date): string | null {
  // One that has begun counts from now on: the page may have been open for a while.
  const begins = Math.max(Date.parse(from), now.getTime());
  const minutes = (Date.parse(to) - begins) / MINUTE;
  if (Date.parse(to) <= now.getTime()) return "That time is over: please choose a later one.";
  if (minutes < SHORTEST_WINDOW_MINUTES) return `Please choose at least ${SHORTEST_WINDOW_MINUTES} minutes.`;
  if ((Date.parse(to) - Date.parse(from)) / MINUTE > LONGEST_WINDOW_MINUTES) {
    return `Please choose at most ${LONGEST_WINDOW_MINUTES / 60} hours.`;
  }
  return Date.parse(to) > Date.parse(windowChoice(now).to)
    ? `Please choose a time in the next ${WINDOW_WITHIN_DAYS} days.`
    : null;
}

export function refuseWindow(message: string): never {
  throw new CaretakerError("invalid_input", message, { fields: [{ path: "window", message }] });
}
