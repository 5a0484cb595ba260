import type { Clock } from "@caretaker/protocol";
import type { Announcements } from "../announcements.ts";
import { type Database, notify } from "../db/database.ts";
import { type Listener, openListener } from "../db/listener.ts";
import type { Log } from "../log.ts";

export interface WakeUpsDeps {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly announcements: Announcements;
  readonly clock: Clock;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  /** Looks for what is due. Cheap, and safe to call at any time. */
  readonly wake: () => void;
}

export interface WakeUps {
  start(): Promise<void>;
  close(): Promise<void>;
}

const CHANNEL = "caretaker_run_due";

/**
 * Wakes the engines of all hubs on one database when a run is due: a homeowner's answer may come in at another hub than
 * the one that works on the run. One that is lost costs seconds, since engines look by themselves too.
 */
export function createWakeUps({ db, databaseUrl, announcements, clock, log, wake }: WakeUpsDeps): WakeUps {
  let listener: Listener | null = null;
  let stop = (): void => {};
  return {
    async start() {
      listener = openListener({ url: databaseUrl, log, clock });
      await listener.on(CHANNEL, wake);
      stop = announcements.on("run.due", () => {
        notify(db, CHANNEL).catch((error: unknown) =>
          log.warn({ error }, "Other hubs could not be told that a run is due; they find it by looking."),
        );
      });
    },
    async close() {
      stop();
      await listener?.close();
    },
  };
}
