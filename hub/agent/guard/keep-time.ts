import type { Clock } from "@caretaker/protocol";
import type { Store } from "../store/store.ts";
import { isStanding } from "./questions.ts";

/** So much at most is added to a yes by a restart with a clock that was set back. */
const EVERY = 60_000;

/** Has the store say every minute what time it is, as long as a yes holds. Call it whenever one may have begun. */
export function createTimeKeeper(store: Store, clock: Clock, warn: (error: unknown) => void): () => void {
  let isWaiting = false;
  return function keep() {
    const now = store.time.now();
    if (isWaiting || !store.home.questions.some((one) => isStanding(one, now))) return;
    isWaiting = true;
    clock.after(EVERY, () => {
      isWaiting = false;
      try {
        store.change({});
      } catch (error) {
        warn(error);
      }
      keep();
    });
  };
}
