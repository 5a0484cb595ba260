import type { QuietHours } from "@caretaker/protocol";

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;
/** A clock is changed by two hours at most, anywhere. */
const LONGEST_LEAP = 3 * 60;

/**
 * When the quiet hours end in which this moment lies; null when it lies in none. The wall clock of the home decides,
 * also on the two days a year on which an hour is missing or comes twice. Equal ends mean that there are none.
 */
export function quietUntil(now: Date, timeZone: string, { from, to }: QuietHours): Date | null {
  const [begins, ends] = [minutesOf(from), minutesOf(to)];
  const wallMinute = wallClock(timeZone);
  const isQuiet = (moment: number): boolean => {
    const at = wallMinute(moment);
    return begins < ends ? at >= begins && at < ends : begins > ends && (at >= begins || at < ends);
  };
  const minute = Math.floor(now.getTime() / MINUTE) * MINUTE;
  if (!isQuiet(minute)) return null;
  let end = minute;
  // By the wall clock; where the clock was changed on the way, what is missing is gone on and what is too much gone back.
  while (isQuiet(end)) end += ((ends - wallMinute(end) + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES) * MINUTE;
  for (let back = 0; back < LONGEST_LEAP && !isQuiet(end - MINUTE); back += 1) end -= MINUTE;
  return new Date(end);
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Minutes since midnight on the wall of a home, at a moment. */
function wallClock(timeZone: string): (moment: number) => number {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", hour: "2-digit", minute: "2-digit" });
  formats.set(timeZone, format);
  return (moment) => minutesOf(format.format(moment));
}
