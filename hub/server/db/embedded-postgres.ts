import { mkdir, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { findBinaries } from "./embedded/binaries.ts";
import { claimDataDirectory } from "./embedded/claim.ts";
import { prepareCluster, SUPERUSER } from "./embedded/cluster.ts";
import { asDataDirectoryError } from "./embedded/file-errors.ts";
import { chooseIdentity } from "./embedded/identity.ts";
import {
  forget,
  isAlive,
  isServerOf,
  type Postmaster,
  readPostmaster,
  stopPostmaster,
  untilReady,
  withClient,
} from "./embedded/postmaster.ts";
import { connectionTo, Server, type ServerPlan } from "./embedded/server.ts";
import { makeSocketFolder, socketParents } from "./embedded/socket-folder.ts";
import type { DatabaseLog } from "./log.ts";

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  readonly log: DatabaseLog;
  /** A line for whoever waits, when something takes over a second. */
  readonly onProgress?: (line: string) => void;
  /** Server settings on top of ours; tests switch off what only a power cut would miss. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  readonly url: string;
  /** The server of a hub that crashed was still running, and goes on. */
  readonly takenOver: boolean;
  /** The server had been stopped without a goodbye, and recovered. */
  readonly uncleanStop: boolean;
  stop(): Promise<void>;
}

const DATABASE = "caretaker";

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "",
  unix_socket_permissions: "0700",
  shared_buffers: "64MB",
  max_connections: "60",
  // A failed statement is the hub's to report, without its values; here stands only the server's own life.
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_checkpoints: "off",
};

/**
 * Starts our own Postgres on `<dataDir>/postgres`, or takes over the one that a crashed hub left running there.
 * @throws CaretakerError `data_directory_unusable` (another hub has it, cannot be written, not ours), `disk_full` or
 *   `database_unavailable`; each says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = await makeDataDirectory(resolve(options.dataDir));
  try {
    const claim = await claimDataDirectory(dataDir);
    const opened = await open(dataDir, options).catch(async (error: unknown) => {
      await claim.release();
      throw error;
    });
    return {
      ...opened,
      async stop() {
        await opened.stop();
        await claim.release();
      },
    };
  } catch (error) {
    throw asDataDirectoryError(error, dataDir);
  }
}

async function makeDataDirectory(dataDir: string): Promise<string> {
  try {
    // Others may pass through, since the server may run as another user, but not look around.
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
    return await realpath(dataDir);
  } catch (error) {
    throw asDataDirectoryError(error, dataDir);
  }
}

async function open(dataDir: string, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = join(dataDir, "postgres");
  const left = await findLeft(cluster, options.onProgress ?? (() => {}));
  const plan = await makePlan(dataDir, cluster, options, left.running?.host ?? null);
  const server = new Server(plan);
  try {
    if (left.running) {
      server.adopt(left.running.pid);
    } else {
      await prepareCluster(cluster, { ...plan, onCreate: () => plan.onProgress("Creating the database…") });
      await server.start();
    }
    await createDatabase(server.connection);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    url: `postgres://${SUPERUSER}@localhost:5432/${DATABASE}?host=${encodeURIComponent(plan.socketFolder)}`,
    takenOver: left.running !== null,
    uncleanStop: left.wasCutShort,
    stop: () => server.stop(),
  };
}

/** Looks for what an earlier hub left on the cluster: a server that goes on, or the trace of one that was cut short. */
async function findLeft(
  cluster: string,
  onProgress: (line: string) => void,
): Promise<{ running: Postmaster | null; wasCutShort: boolean }> {
  for (;;) {
    const left = await readPostmaster(cluster);
    if (!left) return { running: null, wasCutShort: false };
    if (!(await isServerOf(cluster, left))) {
      await forget(cluster);
      return { running: null, wasCutShort: true };
    }
    if (left.host === "") {
      await delay(20);
      continue;
    }
    const answers = await untilReady(connectionTo(left.host), {
      isOver: () => !isAlive(left.pid),
      onSlow: () => onProgress("Waiting for the database, which was still running…"),
      deadlineSeconds: 20,
    }).catch(() => null);
    if (answers) return { running: left, wasCutShort: false };
    // It runs and cannot be reached: its socket was cleaned away, or it stands still. It is ours, so it is started anew.
    if (answers === null) await stopPostmaster(left.pid, 15);
  }
}

async function makePlan(
  dataDir: string,
  cluster: string,
  options: EmbeddedPostgresOptions,
  runningIn: string | null,
): Promise<ServerPlan> {
  const binaries = await findBinaries(dataDir);
  const parents = await socketParents();
  const identity = await chooseIdentity(binaries, dataDir, [dataDir, ...parents.slice(0, 1)]);
  return {
    dataDir,
    cluster,
    binaries,
    identity,
    socketFolder: runningIn ?? (await makeSocketFolder(parents[0] ?? "/tmp", dataDir, identity)),
    settings: { ...SETTINGS, ...options.settings },
    log: options.log,
    onProgress: options.onProgress ?? (() => {}),
  };
}

async function createDatabase(connection: pg.ClientConfig): Promise<void> {
  await withClient(connection, async (client) => {
    const found = await client.query("select 1 from pg_database where datname = $1", [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(DATABASE)}`);
  });
}
