import type { Writable } from "node:stream";
import type { PostgresPool, PostgresPoolClient } from "kysely";
import pg from "pg";
import { isStalePlan, translateDatabaseError } from "./errors.ts";
import type { DatabaseLog } from "./log.ts";
import { Prepared } from "./prepared.ts";

export interface PoolConfig {
  readonly url: string;
  readonly log: DatabaseLog;
  readonly maxConnections?: number;
}

const TYPE = { int8: 20, timestamptz: 1184, timestamptzArray: 1185, timestamp: 1114, date: 1082 };
const STATEMENT_SECONDS = 60;

/** A pool that outlives its server: connections that break are replaced, and errors come in our own words. */
export function openPool({ url, log, maxConnections = 20 }: PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // Two questions may be under way on one connection: the first of a transaction goes with what begins it.
    pipeline: true,
    application_name: "caretaker",
    statement_timeout: STATEMENT_SECONDS * 1000,
    idle_in_transaction_session_timeout: STATEMENT_SECONDS * 1000,
    types: { getTypeParser: (type: number, format?: "text" | "binary") => parserFor(type, format) },
  });
  pool.on("error", (error) => {
    if (!pool.ending)
      log.warn({ error }, "A resting connection to the database broke; the next query opens a new one.");
  });
  // A connection in use reports its end to its query; unheard, the same event would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

type Parser = (text: string) => unknown;

function parserFor(type: number, format: "text" | "binary" | undefined): Parser {
  if (format === "binary") return pg.types.getTypeParser(type, "binary");
  if (type === TYPE.int8) return readInteger;
  if (type === TYPE.date) return (text) => text;
  if (type === TYPE.timestamptz) return readMoment;
  if (type === TYPE.timestamp) return (text) => readMoment(`${text}Z`);
  if (type === TYPE.timestamptzArray) return readMoments;
  return pg.types.getTypeParser(type, "text");
}

/** Counts fit a number; what does not is kept exact, as text. */
function readInteger(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

/** As a server that counts in UTC writes it. */
const IN_UTC = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00$/;

/** One spelling for every moment, so that they sort and compare as text. A row of a run has ten of them. */
function readMoment(text: string): string {
  if (IN_UTC.test(text))
    return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, "0").slice(0, 3)}Z`;
  return new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00")).toISOString();
}

const readDates: Parser = pg.types.getTypeParser(TYPE.timestamptzArray, "text");

function readMoments(text: string): unknown {
  const dates = readDates(text);
  return Array.isArray(dates) ? dates.map((date) => (date instanceof Date ? date.toISOString() : date)) : dates;
}

/** One that has no values, such as the one for the clock. */
const QUESTION = /^select [^;]+$/;
const BEGINS = /^(?:begin|start transaction)\b/;
const ENDS: ReadonlySet<string> = new Set(["commit", "rollback"]);
const NOTHING = { command: "BEGIN", rowCount: null, rows: [] };

/** The pool as kysely wants it, with errors put into our words where they come in. */
export function translated(pool: pg.Pool): PostgresPool {
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  const prepared = new Prepared();
  return {
    Client: pg.Client as unknown as NonNullable<PostgresPool["Client"]>,
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect().catch(rethrow);
      const known = clients.get(client) ?? translatedClient(client, prepared);
      clients.set(client, known);
      return known;
    },
  };
}

function translatedClient(client: pg.PoolClient, prepared: Prepared): PostgresPoolClient {
  const hold = holding(client);
  const ask = async (text: string, values: unknown[]): Promise<unknown> => {
    hold();
    // What is no question is sent as it is: `commit`, and scripts of several statements.
    const name = values.length > 0 || QUESTION.test(text) ? prepared.nameOf(text) : undefined;
    try {
      return await client.query(name === undefined ? { text, values } : { name, text, values });
    } catch (error) {
      if (!isStalePlan(error)) return rethrow(error);
      prepared.stop();
      // In a transaction the work is done again from its beginning; see `isCollision`.
      if (client.getTransactionStatus() !== "I") return rethrow(error);
      return await client.query({ text, values }).catch(rethrow);
    }
  };
  /** What begins a transaction goes with the first question in it: alone it would be a way to the database and back. */
  let beginning: string | null = null;
  const query = async (text: string, values: unknown[]): Promise<unknown> => {
    if (BEGINS.test(text)) {
      beginning = text;
      return NOTHING;
    }
    const begin = beginning;
    beginning = null;
    if (begin === null) return ask(text, values);
    if (ENDS.has(text)) return NOTHING;
    hold();
    const [, answer] = await Promise.all([client.query(begin).catch(rethrow), ask(text, values)]);
    return answer;
  };
  const wrapped = {
    query,
    release: (destroy?: boolean) => client.release(destroy),
    get processID() {
      return "processID" in client ? client.processID : undefined;
    },
  };
  return wrapped as PostgresPoolClient;
}

/**
 * What is asked of one connection in one go is sent in one go: each time something is written the kernel wakes the other
 * side, and that is half of what a small question costs.
 */
function holding(client: pg.PoolClient): () => void {
  const { connection } = client as unknown as { readonly connection?: { readonly stream?: Writable } };
  const stream = connection?.stream;
  let isHeld = false;
  return () => {
    if (isHeld || stream === undefined) return;
    isHeld = true;
    stream.cork();
    process.nextTick(() => {
      isHeld = false;
      stream.uncork();
    });
  };
}

function rethrow(error: unknown): never {
  throw translateDatabaseError(error);
}
