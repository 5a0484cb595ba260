import type { Actor } from "@caretaker/protocol";

/** An actor as ledgers and run logs name it: `person:<id> <name>`. */
export function actorWords(actor: Actor): string {
  return actor.kind === "person" || actor.kind === "key" ? `${actor.kind}:${actor.id} ${actor.name}` : actor.kind;
}
