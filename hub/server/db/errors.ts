import { CaretakerError } from "@caretaker/protocol";

/** Classes and codes of Postgres that mean: the server is not there now, and will be again. */
const AWAY = new Set([
  "57P01",
  "57P02",
  "57P03",
  "57P05",
  "53300",
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
]);
const DISK_FULL = "53100";
const SERIALIZATION_FAILURE = "40001";
const DEADLOCK = "40P01";
const FEATURE_NOT_SUPPORTED = "0A000";

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Turns what the driver says of a database that is away, or a disk that is full, into our words; the rest stays as it is. */
export function translateDatabaseError(error: unknown): unknown {
  const code = codeOf(error);
  if (code === DISK_FULL) {
    return new CaretakerError(
      "disk_full",
      "The disk that holds the database is full, so this was not saved. Free some space on it and try again.",
      { cause: error },
    );
  }
  if (!isAway(error, code)) return error;
  return new CaretakerError(
    "database_unavailable",
    "The database does not answer at the moment. Nothing is lost; try again in a few seconds, and look at the hub's log if it goes on.",
    { cause: error },
  );
}

function isAway(error: unknown, code: string): boolean {
  if (AWAY.has(code) || code.startsWith("08")) return true;
  // The driver has no codes for these.
  return (
    error instanceof Error &&
    /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
      error.message,
    )
  );
}

/** Two transactions got in each other's way; the same work can be done again from its beginning. */
export function isCollision(error: unknown): boolean {
  const code = codeOf(error);
  return code === SERIALIZATION_FAILURE || code === DEADLOCK || isStalePlan(error);
}

/** A statement was prepared before its table got another column: by a newer hub that came to the same database. */
export function isStalePlan(error: unknown): boolean {
  return (
    codeOf(error) === FEATURE_NOT_SUPPORTED &&
    error instanceof Error &&
    error.message.startsWith("cached plan must not change result type")
  );
}

/** Whether a row with that key is there already; `constraint` narrows it to one. */
export function isDuplicate(error: unknown, constraint?: string): boolean {
  if (codeOf(error) !== "23505") return false;
  return (
    constraint === undefined || (error instanceof Error && "constraint" in error && error.constraint === constraint)
  );
}
