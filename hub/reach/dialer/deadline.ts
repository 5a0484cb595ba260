import { CaretakerError, type Clock } from "@caretaker/protocol";

export interface Deadline {
  readonly signal: AbortSignal;
  /** Milliseconds that are left, never below zero. */
  left(): number;
  /** Stops the timer and lets go of the outer signal. */
  clear(): void;
}

/** Aborts after `milliseconds`, with the error given, or as soon as `outer` does. */
export function createDeadline(
  clock: Clock,
  milliseconds: number,
  late: () => CaretakerError,
  outer?: AbortSignal,
): Deadline {
  const controller = new AbortController();
  const ends = clock.monotonic() + milliseconds;
  const cancel = clock.after(milliseconds, () => controller.abort(late()));
  const handleOuter = (): void => controller.abort(outer?.reason);
  if (outer?.aborted) handleOuter();
  outer?.addEventListener("abort", handleOuter, { once: true });
  return {
    signal: controller.signal,
    left: () => Math.max(0, ends - clock.monotonic()),
    clear: () => {
      cancel();
      outer?.removeEventListener("abort", handleOuter);
    },
  };
}

/** `work`, unless the signal aborts first: then the signal's reason, whatever becomes of the work. */
export function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const handleAbort = (): void => reject(asError(signal.reason));
    if (signal.aborted) handleAbort();
    signal.addEventListener("abort", handleAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", handleAbort));
  });
}

export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new CaretakerError("shutting_down", "This was called off.");
}
