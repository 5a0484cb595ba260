import type { Clock, Secret } from "@caretaker/protocol";
import type { Config } from "../config/load-config.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { migrate } from "../db/migrate.ts";
import { createHub, type Hub } from "../hub.ts";
import type { Log } from "../log.ts";
import { leaveMark } from "./clean-mark.ts";
import { type DashboardFolders, prepareDashboard } from "./dashboard.ts";
import { requireFreePort } from "./port.ts";
import { openStorage } from "./storage.ts";

export interface BootOptions {
  readonly config: Config;
  readonly mode: "serve" | "demo";
  readonly setupToken: Secret;
  readonly version: string;
  readonly folders: DashboardFolders;
  readonly clock: Clock;
  readonly log: Log;
  /** One line for the person who waits. */
  readonly say: (line: string) => void;
}

export interface Booted {
  readonly hub: Hub;
  /** Where people find it, by a name that passkeys can belong to. */
  readonly url: string;
  /** Nobody has set it up yet: whoever has the setup token may. */
  readonly needsSetup: boolean;
  /** Stops everything in order. Resolves with false when something had to be cut off. */
  stop(withinMilliseconds: number): Promise<boolean>;
}

/** From nothing to a hub that answers. Whatever was started is stopped again when a later part fails. */
export async function boot(options: BootOptions): Promise<Booted> {
  const { config, log, say } = options;
  const undo: (() => Promise<void>)[] = [];
  try {
    await requireFreePort(config.port, config.host);
    const opening = openStorage({ dataDir: config.data, databaseUrl: config.databaseUrl, log, onProgress: say });
    const building = prepareDashboard(options.folders, { log, onProgress: say });
    const [storage, dashboard] = await together(opening, building, (opened) => undo.push(() => opened.close()));
    const db = openDatabase({ url: storage.url, log });
    undo.push(() => db.destroy());
    await migrateAloud(db, say);
    const mark = await leaveMark(config.data);
    const hub = createHub({ ...options, dashboard, db, databaseUrl: storage.url, uncleanStop: mark.uncleanStop });
    undo.push(() => hub.close());
    const { port } = await hub.listen();
    return {
      hub,
      url: config.publicUrl ?? `http://localhost:${port}`,
      needsSetup: (await db.selectFrom("firm").select("id").executeTakeFirst()) === undefined,
      stop: async (withinMilliseconds) => {
        const isWhole = await finishWithin(withinMilliseconds, () => unwind(undo, log));
        if (isWhole) await mark.stopped();
        return isWhole;
      },
    };
  } catch (error) {
    await unwind(undo, log);
    throw error;
  }
}

/** Waits for both, so that what was opened is known even when the other failed. */
async function together<A, B>(first: Promise<A>, second: Promise<B>, opened: (value: A) => void): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === "fulfilled") opened(a.value);
  if (a.status === "rejected") throw a.reason;
  if (b.status === "rejected") throw b.reason;
  return [a.value, b.value];
}

async function migrateAloud(db: Database, say: (line: string) => void): Promise<void> {
  const timer = setTimeout(() => say("Bringing the database up to date…"), 1000);
  try {
    await migrate(db);
  } finally {
    clearTimeout(timer);
  }
}

/** Undoes the last first. One that fails is reported, and the others still get their turn. */
async function unwind(undo: (() => Promise<void>)[], log: Log): Promise<void> {
  for (const step of undo.splice(0).reverse()) {
    await step().catch((error: unknown) => log.error({ error }, "Something could not be stopped in good order."));
  }
}

async function finishWithin(milliseconds: number, work: () => Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), milliseconds);
  const isWhole = await Promise.race([work().then(() => true), late]);
  clearTimeout(timer);
  return isWhole;
}
