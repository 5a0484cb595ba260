/** Waits for something to become true, looking often; rejects with what was waited for, and the last mistake. */
export async function until(
  what: string | (() => string),
  holds: () => Promise<boolean> | boolean,
  withinMilliseconds = 30_000,
): Promise<void> {
  const end = Date.now() + withinMilliseconds;
  let mistake: unknown;
  while (Date.now() < end) {
    try {
      if (await holds()) return;
    } catch (error) {
      mistake = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const words = typeof what === "string" ? what : what();
  throw new Error(`waited ${withinMilliseconds / 1000} s in vain: ${words}`, { cause: mistake });
}
