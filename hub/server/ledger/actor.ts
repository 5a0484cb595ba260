import type { Actor } from "@caretaker/protocol";

/** Who did something, as runs write it and ledgers are told it: `person:<id> <name>`. */
export function actorText(actor: Actor): string {
  return actor.kind === "person" || actor.kind === "key" ? `${actor.kind}:${actor.id} ${actor.name}` : actor.kind;
}

/** The name out of `person:<id> <name>`, or the whole text where it has no such form. */
export function nameInActor(actor: string): string {
  return /^(?:person|key|homeowner):\S+ (.+)$/s.exec(actor)?.[1] ?? actor;
}

/**
 * The actor as a ledger's entry holds it: `person:<id>`. A name is no part of what is hashed, since nothing that is hashed
 * can ever be erased.
 */
export function withoutName(actor: string): string {
  return /^((?:person|key|homeowner):\S+) .+$/s.exec(actor)?.[1] ?? actor;
}
