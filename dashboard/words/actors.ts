/** The name in an actor as the hub writes it: `person:<id> <name>`, `homeowner:<id> <name>`, or `hub`. */
export function actorName(actor: string): string {
  if (actor === "hub") return "The hub";
  // Without a name: whoever it was has been erased.
  if (/^(person|homeowner|key):\S+$/.test(actor)) return "Somebody who was erased";
  const space = actor.indexOf(" ");
  return actor.includes(":") && space > 0 && actor.indexOf(":") < space ? actor.slice(space + 1) : actor;
}

/** What kind of actor it is, where that says more than the name. */
export function actorKind(actor: string): string | null {
  if (actor.startsWith("homeowner:")) return "homeowner";
  if (actor.startsWith("key:")) return "API key";
  return null;
}
