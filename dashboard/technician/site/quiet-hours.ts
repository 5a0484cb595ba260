import type { QuietHours } from "@caretaker/protocol";

/** Whether `time` (`HH:MM`, the home's own) lies in the quiet hours; a night may cross midnight. */
export function isQuiet(time: string, { from, to }: QuietHours): boolean {
  if (from === to) return false;
  return from < to ? time >= from && time < to : time >= from || time < to;
}
