/** Stops a timer; calling it again, or after the timer fired, does nothing. */
export type Cancel = () => void;

/**
 * Time, handed in. Production uses the machine's clock for timers and the database's for decisions; tests move it by
 * hand. Milliseconds, as everywhere in JavaScript; durations in our own data are seconds.
 */
export interface Clock {
  /** The moment now, in UTC. */
  now(): Date;
  /** Milliseconds that never jump back: for measuring, not for showing. */
  monotonic(): number;
  /** Calls back once after `milliseconds`, of any size: longer than 2^31-1 ms is waited for in pieces. */
  after(milliseconds: number, callback: () => void): Cancel;
}

const LONGEST_TIMER = 2_147_483_647;

/** The machine's own clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  after: (milliseconds, callback) => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (left: number): void => {
      timer = setTimeout(
        () => (left > LONGEST_TIMER ? wait(left - LONGEST_TIMER) : callback()),
        Math.min(left, LONGEST_TIMER),
      );
      timer.unref?.();
    };
    wait(Math.max(0, milliseconds));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `milliseconds` of `clock`; rejects with the signal's reason when it is aborted first. */
export function sleep(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const handleAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(milliseconds, () => {
      signal?.removeEventListener("abort", handleAbort);
      resolve();
    });
    signal?.addEventListener("abort", handleAbort, { once: true });
  });
}
