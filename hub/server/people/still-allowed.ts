import type { Actor } from "@caretaker/protocol";
import { type Database, now } from "../db/database.ts";
import { byPerson } from "./people.ts";

/** An actor that was seen before, as he is now: null when he may not be here any more. An open stream asks on every event. */
export async function stillAllowed(deps: { db: Database; isDemo: () => boolean }, actor: Actor): Promise<Actor | null> {
  if (actor.kind === "person") {
    const known = await byPerson(deps, actor.sessionId, actor.id);
    return known.actor.kind === "person" && !known.owesFactor ? known.actor : null;
  }
  if (actor.kind !== "key") return null;
  const key = await deps.db
    .selectFrom("apiKey")
    .select(["role", "revokedAt", "expiresAt"])
    .where("id", "=", actor.id)
    .executeTakeFirst();
  if (key === undefined || key.revokedAt !== null || Date.parse(key.expiresAt) <= (await now(deps.db)).getTime())
    return null;
  return { ...actor, role: key.role };
}
