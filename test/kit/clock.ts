import type { Cancel, Clock } from "@caretaker/protocol";

export interface TestClock extends Clock {
  /** Moves time on, firing what falls due on the way in its order, and lets promises settle in between. Milliseconds, or `5m`. */
  forward(duration: number | string): Promise<void>;
  /** Timers that still wait. */
  pending(): number;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is moved. */
export function createTestClock(start = "2026-11-22T18:00:00.000Z"): TestClock {
  const began = Date.parse(start);
  let now = began;
  let order = 0;
  const timers = new Set<Timer>();

  const next = (until: number): Timer | undefined =>
    [...timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];

  return {
    now: () => new Date(now),
    monotonic: () => now - began,
    pending: () => timers.size,
    after(milliseconds, callback): Cancel {
      order += 1;
      const timer = { at: now + Math.max(0, milliseconds), order, callback };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    async forward(duration) {
      const end = now + toMilliseconds(duration);
      await settle();
      for (let timer = next(end); timer !== undefined; timer = next(end)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.callback();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}

function toMilliseconds(duration: number | string): number {
  if (typeof duration === "number") return duration;
  const [, amount, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(duration) ?? [];
  const size = UNITS[unit ?? ""];
  if (amount === undefined || size === undefined)
    throw new Error(`${duration} is not a duration such as 20s, 5m or 4h`);
  return Number(amount) * size;
}

/** Several turns of the event loop: enough for chains of awaits over memory, not for the network. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
