import type { Actor, PersonId } from "@caretaker/protocol";
import { oneBuiltOnce } from "../db/built-once.ts";
import type { Database } from "../db/database.ts";

/** The person who answers for what is done: he himself, or whoever made the key. Null for the hub's own doing. */
export async function personBehind(db: Database, actor: Actor): Promise<PersonId | null> {
  if (actor.kind === "person") return actor.id;
  if (actor.kind !== "key") return null;
  const key = await selectKey(db, { id: actor.id });
  return (key?.createdById ?? null) as PersonId | null;
}

const selectKey = oneBuiltOnce((db, { id }: { id: string }) =>
  db.selectFrom("apiKey").select("createdById").where("id", "=", id),
);
