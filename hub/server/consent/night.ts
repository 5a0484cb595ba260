const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;

/** The quiet hours of a home, as its wall clock shows them. */
export interface Night {
  readonly timeZone: string;
  readonly quietFrom: string;
  readonly quietTo: string;
}

/** Whether it is night in the home. Where both times are the same there is no night. */
export function isNight(moment: Date, { timeZone, quietFrom, quietTo }: Night): boolean {
  const [from, to, now] = [minutesOf(quietFrom), minutesOf(quietTo), wallClock(moment, timeZone)];
  return from <= to ? now >= from && now < to : now >= from || now < to;
}

/** The first moment, from this one on, at which it is not night there. Clocks may be changed meanwhile. */
export function morningAfter(moment: Date, night: Night): Date {
  if (!isNight(moment, night)) return moment;
  const wait = (minutesOf(night.quietTo) - wallClock(moment, night.timeZone) + DAY_MINUTES) % DAY_MINUTES;
  // An hour early, in case the clock is put forward; then minute by minute.
  let morning = new Date(Math.floor(moment.getTime() / MINUTE) * MINUTE + Math.max(1, wait - 60) * MINUTE);
  while (isNight(morning, night)) morning = new Date(morning.getTime() + MINUTE);
  return morning;
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

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

function wallClock(moment: Date, timeZone: string): number {
  const time = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return minutesOf(time.format(moment));
}
