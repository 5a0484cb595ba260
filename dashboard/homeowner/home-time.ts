/** Hours of a day that can be chosen: nobody is asked to agree to the night. */
const SLOTS: readonly (readonly [from: number, to: number])[] = [
  [8, 10],
  [10, 12],
  [12, 14],
  [14, 16],
  [16, 18],
  [18, 20],
];
/** As the hub has it: a shorter time would be no promise. */
const SHORTEST = 30 * 60_000;

export interface Slot {
  readonly from: string;
  readonly to: string;
}

export interface Day {
  /** `2026-12-02`, in the home. */
  readonly date: string;
  readonly slots: readonly Slot[];
}

/** The days between two moments with the times of each that can still be chosen, by the wall clock of the home. */
export function daysToChoose({ from, to }: Slot, timeZone: string, now: Date = new Date(from)): Day[] {
  const days: Day[] = [];
  for (let at = Date.parse(from); ; at += 86_400_000) {
    const date = dateIn(new Date(at), timeZone);
    const slots = SLOTS.map(([begin, end]) => ({
      from: momentAt(date, begin, timeZone),
      to: momentAt(date, end, timeZone),
    })).filter(
      (slot) =>
        Date.parse(slot.to) - Math.max(Date.parse(slot.from), now.getTime()) >= SHORTEST &&
        Date.parse(slot.to) <= Date.parse(to),
    );
    if (slots.length > 0) days.push({ date, slots });
    if (at > Date.parse(to)) return days;
  }
}

/** When a day ends, by the wall clock of the home. */
export function endOfDay(date: string, timeZone: string): string {
  const next = new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return momentAt(next, 0, timeZone);
}

export function dateIn(moment: Date, timeZone: string): string {
  // This locale writes a date the way it sorts.
  return new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }).format(moment);
}

/** The moment at which a clock in the zone shows this hour of that day. */
function momentAt(date: string, hour: number, timeZone: string): string {
  const wanted = Date.parse(`${date}T${String(hour).padStart(2, "0")}:00:00Z`);
  // Off by the zone's distance from UTC, which is read at about the right moment, and once more beside a change of it.
  let at = wanted;
  for (let round = 0; round < 2; round += 1) at += wanted - wallClock(at, timeZone);
  return new Date(at).toISOString();
}

function wallClock(moment: number, timeZone: string): number {
  const text = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(new Date(moment));
  return Date.parse(`${text.replace(" ", "T")}Z`);
}
