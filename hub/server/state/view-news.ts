import type { Clock, SiteId } from "@caretaker/protocol";
import type { Announcements } from "../announcements.ts";
import { type Listener, openListener } from "../db/listener.ts";
import type { Log } from "../log.ts";
import { VIEW_CHANNEL } from "./hiding.ts";

export interface ViewNewsDeps {
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly announcements: Pick<Announcements, "announce">;
}

/** Hears from the database what may be seen of which home now, whichever hub was told so. After a gap it may be any home. */
export function createViewNews({ databaseUrl, clock, log, announcements }: ViewNewsDeps) {
  let listener: Listener | null = null;
  const say = (siteId: SiteId | null): void => announcements.announce({ type: "view.told", siteId });
  return {
    async start(): Promise<void> {
      listener = openListener({ url: databaseUrl, log, clock });
      await listener.on(VIEW_CHANNEL, (said) => say(said as SiteId | null));
      // What was said between the first reading and now was not heard.
      say(null);
    },
    async close(): Promise<void> {
      await listener?.close();
    },
  };
}
