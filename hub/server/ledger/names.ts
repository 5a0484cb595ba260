import type { Database } from "../db/database.ts";
import { withoutName } from "./actor.ts";

const TABLES = { person: "person", key: "apiKey", homeowner: "contact" } as const;
type Kind = keyof typeof TABLES;

/** What actors are called now, by the actor as entries hold it. Whoever was erased has no name any more. */
export async function namesOf(db: Database, actors: readonly string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const kind of Object.keys(TABLES) as Kind[]) {
    const ids = [...new Set(actors.flatMap((actor) => idOf(actor, kind)))];
    if (ids.length === 0) continue;
    const rows = await db.selectFrom(TABLES[kind]).select(["id", "name"]).where("id", "in", ids).execute();
    for (const { id, name } of rows) if (name !== "") names.set(`${kind}:${id}`, name);
  }
  return names;
}

/** Only what is an id is asked for: an entry that somebody tampered with is listed all the same. */
function idOf(actor: string, kind: Kind): string[] {
  const [, id] = /^\w+:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(withoutName(actor)) ?? [];
  return id !== undefined && actor.startsWith(`${kind}:`) ? [id] : [];
}
