import { useSyncExternalStore } from "react";

/** A shared ticking clock: everything that shows an age moves with the same beat. */
function createTicker(everyMs: number) {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | null = null;
  return {
    listen: (listener: () => void): (() => void) => {
      listeners.add(listener);
      timer ??= setInterval(() => {
        for (const each of listeners) each();
      }, everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
      };
    },
    // The end of the beat we are in: the same for all who ask within it.
    now: (): number => Math.ceil(Date.now() / everyMs) * everyMs,
  };
}

const slow = createTicker(10_000);
const fast = createTicker(1000);

/** Milliseconds since 1970, moving every ten seconds, or every second for a countdown. */
export function useNow(pace: "slow" | "fast" = "slow"): number {
  const ticker = pace === "fast" ? fast : slow;
  return useSyncExternalStore(ticker.listen, ticker.now);
}
