import type { Database } from "../db/database.ts";

/** However busy a session is, after this its person signs in again. */
export const LONGEST_SECONDS = 12 * 60 * 60;
/** How long a session that nobody uses holds: a laptop that was left open, or taken. */
const IDLE_SECONDS = 30 * 60;
/** How often a session that is used is written down as used. */
const NOTED_EVERY_SECONDS = 60;

const after = (moment: Date, seconds: number): Date => new Date(moment.getTime() + seconds * 1000);

/** When a session that begins at `at` ends, if nobody uses it. A demo, which holds nothing of anybody, is never idle. */
export function firstEnd(at: Date, isDemo: boolean): Date {
  return after(at, isDemo ? LONGEST_SECONDS : IDLE_SECONDS);
}

/** Writes down that a session is used: it ends later, and at its longest at the latest. Watching alone is no use. */
export async function noteUse(
  db: Database,
  session: { id: string; createdAt: string; updatedAt: string; expiresAt: string },
  at: Date,
): Promise<void> {
  if (at < after(new Date(session.updatedAt), NOTED_EVERY_SECONDS)) return;
  const idleEnd = after(at, IDLE_SECONDS);
  const lastEnd = after(new Date(session.createdAt), LONGEST_SECONDS);
  const expiresAt = new Date(Math.max(Date.parse(session.expiresAt), Math.min(idleEnd.getTime(), lastEnd.getTime())));
  await db.updateTable("browserSession").set({ updatedAt: at, expiresAt }).where("id", "=", session.id).execute();
}
