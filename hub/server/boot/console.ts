import { Writable } from "node:stream";
import { createLog, type Log } from "../log.ts";

export interface Streams {
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
}

/**
 * A log for whoever looks: JSON lines for a machine that collects them; in a terminal, warnings and errors in words, or more
 * when a level was asked for.
 */
export function openLog({ err }: Streams, level: string, wasAskedFor: boolean): Log {
  if (!err.isTTY) return createLog(level, err);
  return createLog(
    wasAskedFor ? level : "warn",
    new Writable({ write: (chunk, _encoding, done) => err.write(inWords(chunk), done) }),
  );
}

function inWords(chunk: Buffer): string {
  const line: unknown = JSON.parse(chunk.toString("utf8"));
  if (typeof line !== "object" || line === null) return `${chunk}`;
  const { time, level, message, error, ...rest } = line as Record<string, unknown>;
  const reason = typeof error === "object" && error !== null && "message" in error ? ` (${error.message})` : "";
  const fields = Object.entries(rest).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${String(time).slice(11, 19)} ${level}: ${message}${reason}${fields.join("")}\n`;
}
