import { AsyncLocalStorage } from "node:async_hooks";
import { CaretakerError } from "@caretaker/protocol";
import { type DestinationStream, type Logger, pino } from "pino";

export type Log = Logger;

/** What every line that is logged meanwhile carries. */
export interface LogFields {
  readonly requestId?: string;
  readonly runId?: string;
  readonly gatewayId?: string;
}

const current = new AsyncLocalStorage<LogFields>();

/** Runs `work`; each line logged during it, however deep, carries the fields, on top of those around it. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return current.run({ ...current.getStore(), ...fields }, work);
}

/** One JSON object per line: `level`, `time` in ISO, `message`, the fields, and errors with their codes and causes. */
export function createLog(level: string, destination: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      messageKey: "message",
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => ({ ...current.getStore() }),
      serializers: { error: describeError },
    },
    destination,
  );
}

const DEEPEST_CAUSE = 4;

/** An error as JSON, causes included. Its message is for a person and never holds a secret; unknown fields stay out. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const isOurs = error instanceof CaretakerError;
  const code = "code" in error ? { code: error.code } : {};
  const cause =
    error.cause === undefined || depth === DEEPEST_CAUSE ? {} : { cause: describeError(error.cause, depth + 1) };
  return {
    name: error.name,
    ...code,
    message: error.message,
    ...(isOurs && Object.keys(error.meta).length > 0 ? { meta: error.meta } : {}),
    stack: error.stack,
    ...cause,
  };
}
