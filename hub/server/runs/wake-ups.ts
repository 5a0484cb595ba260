import type { Clock, RunId } from "@caretaker/protocol";
import { z } from "zod";
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
  /** How this hub is called in claims. */
  readonly hubId: string;
  readonly engine: {
    /** Looks for what is due. Cheap, and safe to call at any time. */
    wake(): void;
    /** Goes on with a run that another hub has handed over to this one. */
    take(runId: RunId): Promise<void>;
  };
}

export interface WakeUps {
  start(): Promise<void>;
  close(): Promise<void>;
}

const DUE = "caretaker_run_due";
const HANDED = "caretaker_run_handed";
const Handed = z.object({ runId: z.uuid().transform((id) => id as RunId), hubId: z.string() });

/**
 * Wakes the engines of all hubs on one database when a run is due: a homeowner's answer may come in at another hub than
 * the one that works on the run. One that is lost costs seconds, since engines look by themselves too.
 */
export function createWakeUps({ db, databaseUrl, announcements, clock, log, hubId, engine }: WakeUpsDeps): WakeUps {
  let listener: Listener | null = null;
  const stops: (() => void)[] = [];
  const tell = (channel: string, payload?: string): void => {
    notify(db, channel, payload).catch((error: unknown) =>
      log.warn({ error }, "Other hubs could not be told that a run is due; they find it by looking."),
    );
  };
  return {
    async start() {
      listener = openListener({ url: databaseUrl, log, clock });
      await listener.on(DUE, () => engine.wake());
      await listener.on(HANDED, (payload) => {
        const handed = Handed.safeParse(payload === null ? null : JSON.parse(payload));
        if (handed.success && handed.data.hubId === hubId) void engine.take(handed.data.runId);
      });
      stops.push(
        announcements.on("run.due", () => tell(DUE)),
        announcements.on("run.handed", ({ runId, hubId }) => tell(HANDED, JSON.stringify({ runId, hubId }))),
      );
    },
    async close() {
      for (const stop of stops.splice(0)) stop();
      await listener?.close();
    },
  };
}
