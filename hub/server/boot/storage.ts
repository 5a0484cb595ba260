import { mkdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { CaretakerError, isRetryable, type Secret } from "@caretaker/protocol";
import { claimDataDirectory } from "../db/embedded/claim.ts";
import { asDataDirectoryError } from "../db/embedded/file-errors.ts";
import { withClient } from "../db/embedded/postmaster.ts";
import { startEmbeddedPostgres } from "../db/embedded-postgres.ts";
import { translateDatabaseError } from "../db/errors.ts";
import type { DatabaseLog } from "../db/log.ts";

export interface Storage {
  readonly url: string;
  /** Stops what was started, and lets the data directory go. */
  close(): Promise<void>;
}

export interface StorageOptions {
  readonly dataDir: string;
  readonly databaseUrl: Secret | null;
  readonly log: DatabaseLog;
  readonly onProgress: (line: string) => void;
}

/** Our own Postgres on the data directory, or the one that was named; either way the directory is this hub's alone. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  if (options.databaseUrl === null) {
    const server = await startEmbeddedPostgres(options);
    return { url: server.url, close: () => server.stop() };
  }
  const claim = await makeAndClaim(options.dataDir);
  try {
    const url = options.databaseUrl.reveal();
    await untilReachable(url, options.onProgress);
    return { url, close: () => claim.release() };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

async function makeAndClaim(dataDir: string): Promise<{ release(): Promise<void> }> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
    return await claimDataDirectory(dataDir);
  } catch (error) {
    throw asDataDirectoryError(error, dataDir);
  }
}

/** A database that is started together with the hub may need a moment longer. */
const REACHABLE_WITHIN_MILLISECONDS = 30_000;
const OLDEST_VERSION = 150_000;

async function untilReachable(url: string, onProgress: (line: string) => void): Promise<void> {
  const began = performance.now();
  let wasTold = false;
  for (;;) {
    const error = await tryDatabase(url);
    if (error === null) return;
    const elapsed = performance.now() - began;
    if (!isRetryable(error) || elapsed > REACHABLE_WITHIN_MILLISECONDS) throw explain(error, url);
    if (elapsed > 1000 && !wasTold) {
      wasTold = true;
      onProgress(`Waiting for the database at ${placeOf(url)}…`);
    }
    await delay(250);
  }
}

async function tryDatabase(url: string): Promise<unknown> {
  try {
    await withClient({ connectionString: url }, async (client) => {
      const { rows } = await client.query<{ version: string }>(
        "select current_setting('server_version_num') as version",
      );
      const version = Number(rows[0]?.version);
      if (version >= OLDEST_VERSION) return;
      throw new CaretakerError(
        "configuration_invalid",
        `The database at ${placeOf(url)} is Postgres ${Math.floor(version / 10_000)}, and the hub needs 15 or newer. ` +
          "Name another in DATABASE_URL, or leave it away: the hub brings its own.",
      );
    });
    return null;
  } catch (error) {
    return translateDatabaseError(error);
  }
}

function explain(error: unknown, url: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const refuse = (words: string): CaretakerError =>
    new CaretakerError(
      "configuration_invalid",
      `${words} Mend DATABASE_URL, or leave it away: the hub brings its own.`,
      {
        cause: error,
      },
    );
  switch (code) {
    case "28P01":
    case "28000":
      return refuse(`The database at ${placeOf(url)} does not let the hub in with that name and password.`);
    case "3D000":
      return refuse(`The server at ${placeOf(url)} has no database of that name; make one with \`create database\`.`);
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return refuse(`The host of the database at ${placeOf(url)} has no address.`);
    case "database_unavailable":
      return refuse(`No database answers at ${placeOf(url)}. Is it running?`);
    default:
      return error;
  }
}

/** The address without name and password. */
function placeOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  return `${searchParams.get("host") ?? host}${pathname}`;
}
