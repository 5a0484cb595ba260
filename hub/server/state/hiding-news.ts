import type { Clock, SiteId } from "@caretaker/protocol";
import { type Listener, openListener } from "../db/listener.ts";
import type { Log } from "../log.ts";
import { HIDING_CHANNEL } from "./hiding.ts";
import type { HubState } from "./state.ts";

export interface HidingNewsDeps {
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly state: Pick<HubState, "hideAnew">;
}

/** Hears from the database what other hubs hide. After a gap, in which something may have been said, it reads all anew. */
export function createHidingNews({ databaseUrl, clock, log, state }: HidingNewsDeps) {
  let listener: Listener | null = null;
  return {
    async start(): Promise<void> {
      listener = openListener({ url: databaseUrl, log, clock });
      await listener.on(HIDING_CHANNEL, (said) => state.hideAnew(said === null ? undefined : (said as SiteId)));
      // What was said between the first reading and now was not heard.
      state.hideAnew();
    },
    async close(): Promise<void> {
      await listener?.close();
    },
  };
}
