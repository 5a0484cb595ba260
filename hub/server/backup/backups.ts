import { join } from "node:path";
import {
  type Actor,
  type Backup,
  type BackupTrouble,
  type BackupWhy,
  type BundleLine,
  CaretakerError,
  type Clock,
} from "@caretaker/protocol";
import pg from "pg";
import { type Database, transaction } from "../db/database.ts";
import { translateDatabaseError } from "../db/errors.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import type { Log } from "../log.ts";
import { bundleLines } from "./bundle.ts";
import { writeBundleFile } from "./bundle-file.ts";
import { backupName, listBackups, makeFolder, tidy } from "./folder.ts";

export interface BackupsDeps {
  readonly db: Database;
  /** A backup has a connection of its own, for as long as it takes. */
  readonly databaseUrl: string;
  readonly folder: string;
  /** Of the hub. */
  readonly version: string;
  readonly now: (db: Database) => Promise<Date>;
  readonly clock: Clock;
  readonly log: Pick<Log, "info" | "error">;
}

export interface Backups {
  start(): void;
  close(): Promise<void>;
  list(): Promise<{ items: Backup[]; folder: string; nextAt: string | null; trouble: BackupTrouble | null }>;
  make(why: BackupWhy): Promise<Backup>;
  /** Everything as it is now. That it was taken out, and by whom, is written down first. */
  download(actor: Actor): AsyncGenerator<BundleLine, void>;
  /** Makes the daily one where it is due. */
  makeIfDue(): Promise<Backup | null>;
}

const DAY = 24 * 3_600_000;
const LOOK_EVERY = 10 * 60_000;
/** Hubs on one database and one folder make one backup, not one each. */
const BACKUP_LOCK = 4_400_007;

export function createBackups(deps: BackupsDeps): Backups {
  const { db, folder, version, clock, log } = deps;
  let cancel = (): void => {};
  let isClosed = false;
  let trouble: BackupTrouble | null = null;
  /** One at a time, whoever asks. */
  let working: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = working.then(work, work);
    working = turn.catch(() => {});
    return turn;
  };

  const write = async (why: BackupWhy): Promise<Backup> => {
    const at = await deps.now(db);
    const name = backupName(at, why);
    try {
      await makeFolder(folder);
      await withClient(deps.databaseUrl, (client) =>
        writeBundleFile(join(folder, name), bundleLines(client, { hub: version, now: at })),
      );
      await tidy(folder);
    } catch (error) {
      trouble = { at: at.toISOString(), why: whyNot(error, folder) };
      throw new CaretakerError("backup_failed", `No backup was made. ${trouble.why}`, { cause: error });
    }
    trouble = null;
    const made = (await listBackups(folder)).find((backup) => backup.name === name);
    if (made === undefined) throw new Error(`${name} was written and is not there`);
    log.info({ name, bytes: made.bytes, why }, "A backup was made.");
    return made;
  };

  const makeIfDue = (): Promise<Backup | null> =>
    inTurn(async () => {
      const due = await dueAt(db, folder);
      if (due === null || due > (await deps.now(db)).getTime()) return null;
      return onceAmongHubs(deps.databaseUrl, () => write("scheduled"));
    });

  const look = (): void => {
    cancel = clock.after(LOOK_EVERY, () => {
      makeIfDue()
        .catch((error: unknown) =>
          log.error({ error }, "The daily backup could not be made; it is tried again in ten minutes."),
        )
        .finally(() => isClosed || look());
    });
  };

  return {
    start: look,
    async close() {
      isClosed = true;
      cancel();
      await working;
    },
    async list() {
      const due = await dueAt(db, folder);
      const nextAt = due === null ? null : new Date(due).toISOString();
      return { items: await listBackups(folder), folder, nextAt, trouble };
    },
    make: (why) => inTurn(() => write(why)),
    makeIfDue,
    async *download(actor) {
      const at = await deps.now(db);
      await transaction(db, (trx) =>
        appendLedger(trx, { chain: "firm", event: "backup.taken", actor: actorText(actor), payload: {}, now: at }),
      );
      const client = await connect(deps.databaseUrl);
      try {
        yield* bundleLines(client, { hub: version, now: at });
      } finally {
        await client.end();
      }
    },
  };
}

/** Milliseconds since 1970; null where there is nothing to lose: no firm yet, or a demo. */
async function dueAt(db: Database, folder: string): Promise<number | null> {
  const firm = await db.selectFrom("firm").select(["isDemo", "createdAt"]).executeTakeFirst();
  if (firm === undefined || firm.isDemo) return null;
  const newest = (await listBackups(folder)).find(({ why }) => why === "scheduled");
  return newest === undefined ? Date.parse(firm.createdAt) : Date.parse(newest.madeAt) + DAY;
}

async function onceAmongHubs<T>(url: string, work: () => Promise<T>): Promise<T | null> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ free: boolean }>("select pg_try_advisory_lock($1) as free", [BACKUP_LOCK]);
    return rows[0]?.free ? work() : null;
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: "caretaker", keepAlive: true });
  // A connection that breaks tells its query; unheard, the same event would end the process.
  client.on("error", () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw translateDatabaseError(error);
  }
}

function whyNot(error: unknown, folder: string): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOSPC")
    return `The disk that holds ${folder} is full. Free some space on it; the older backups are still there.`;
  if (code === "EACCES" || code === "EROFS" || code === "EPERM")
    return `The hub may not write into ${folder}. Let its user write there.`;
  if (error instanceof CaretakerError) return error.message;
  return "The hub's log says why.";
}
