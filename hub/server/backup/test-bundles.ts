import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BundleLine } from "@caretaker/protocol";
import pg from "pg";
import { bundleLines } from "./bundle.ts";

/** Everything in a database, as lines of a bundle. */
export async function bundleOf(url: string, at = new Date("2026-11-27T03:00:00.000Z")): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const lines: BundleLine[] = [];
    for await (const line of bundleLines(client, { hub: "0.1.0", now: at })) lines.push(line);
    return lines.map((line) => JSON.stringify(line));
  } finally {
    await client.end();
  }
}

export async function* each(lines: readonly string[]): AsyncGenerator<string, void> {
  yield* lines;
}

export async function testFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "caretaker-backup-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
