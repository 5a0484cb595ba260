import { quietUntil } from "./quiet-hours.ts";

/** The quiet hours of a home, as its wall clock shows them. */
export interface Night {
  readonly timeZone: string;
  readonly quietFrom: string;
  readonly quietTo: string;
}

/** Whether it is night in the home. Where both times are the same there is no night. */
export function isNight(moment: Date, night: Night): boolean {
  return morningOf(moment, night) !== null;
}

/** The first moment, from this one on, at which it is not night there. */
export function morningAfter(moment: Date, night: Night): Date {
  return morningOf(moment, night) ?? moment;
}

/**
 * When to remind of a question: once three quarters of the time are over, and never at night: then in the morning, or
 * else in the last minutes of the evening. Null where there is no good moment.
 */
export function remindAt({ askedAt, answerBy }: { askedAt: Date; answerBy: Date }, night: Night): Date | null {
  const time = answerBy.getTime() - askedAt.getTime();
  const wanted = new Date(askedAt.getTime() + (time * 3) / 4);
  const morning = morningAfter(wanted, night);
  // What is said in the last tenth helps nobody any more.
  if (morning.getTime() <= answerBy.getTime() - time / 10) return morning;
  for (let share = 0.7; share >= 0.3; share -= 0.1) {
    const earlier = new Date(askedAt.getTime() + time * share);
    if (!isNight(earlier, night)) return earlier;
  }
  return null;
}

function morningOf(moment: Date, { timeZone, quietFrom, quietTo }: Night): Date | null {
  return quietUntil(moment, timeZone, { from: quietFrom, to: quietTo });
}
