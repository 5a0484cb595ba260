import { join } from "node:path";
import { CaretakerError, type Clock, type Secret } from "@caretaker/protocol";
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
  /** The project's own folder: the dashboard's sources and the stock runbooks lie in it. */
  readonly root: string;
  readonly clock: Clock;
  readonly log: Log;
  /** One line for the person who waits. */
  readonly say: (line: string) => void;
}

export interface Booted {
  /** Where people find it, by a name that passkeys can belong to. */
  readonly url: string;
  /** A link that works once: to the setup page of a new hub, or into a demo. */
  readonly link: { readonly to: "setup" | "demo"; readonly url: string } | null;
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
    const building = prepareDashboard(foldersIn(options.root), { log, onProgress: say });
    const [storage, dashboard] = await together(opening, building, (opened) => undo.push(() => opened.close()));
    const db = openDatabase({ url: storage.url, log });
    undo.push(() => db.destroy());
    await aloud(say, "Bringing the database up to date…", migrate(db));
    await refuseDemoOfRealData(options, db);
    const mark = await leaveMark(config.data);
    const hub = createHub({ ...options, dashboard, db, databaseUrl: storage.url, uncleanStop: mark.uncleanStop });
    undo.push(() => hub.close());
    const { url } = await aloud(say, "Opening the rooms of the hub…", hub.listen());
    await mark.recovered();
    return {
      url,
      link: await findWayIn(options, db, hub, url),
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

/** A demo never mixes with real data; the other way round a demo is started like any hub, and keeps its ribbon. */
async function refuseDemoOfRealData({ mode, config }: BootOptions, db: Database): Promise<void> {
  const firm = await db.selectFrom("firm").select("isDemo").executeTakeFirst();
  if (mode !== "demo" || !firm || firm.isDemo) return;
  throw new CaretakerError(
    "configuration_invalid",
    `The data in ${config.data} is a real firm's, and a demo never mixes with that. Start it with \`npm start\`, ` +
      "or give the demo another folder with --data.",
  );
}

async function findWayIn(
  { mode, setupToken }: BootOptions,
  db: Database,
  hub: Hub,
  url: string,
): Promise<Booted["link"]> {
  const signIn = await hub.signInLink({ become: mode === "demo" });
  if (signIn !== null) return { to: "demo", url: signIn };
  const firm = await db.selectFrom("firm").select("id").executeTakeFirst();
  return firm ? null : { to: "setup", url: `${url}/setup#token=${setupToken.reveal()}` };
}

function foldersIn(root: string): DashboardFolders {
  return { dashboard: join(root, "dashboard"), protocol: join(root, "hub", "protocol") };
}

/** Waits for both, so that what was opened is known even when the other failed. */
async function together<A, B>(first: Promise<A>, second: Promise<B>, opened: (value: A) => void): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === "fulfilled") opened(a.value);
  if (a.status === "rejected") throw a.reason;
  if (b.status === "rejected") throw b.reason;
  return [a.value, b.value];
}

/** Says the line when the work takes over a second. */
async function aloud<T>(say: (line: string) => void, line: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => say(line), 1000);
  return work.finally(() => clearTimeout(timer));
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
