import type { AgentPolicy, AgentSessionEvent, StateChange } from "@caretaker/protocol";
import type { Inventories } from "./inventories.ts";

type Rules = Pick<AgentPolicy, "hubAlone" | "stoppedAt" | "isConfirmed">;

/** Lets out of one gateway's session what the home lets the firm see. */
export class Outgoing {
  /** Of private entities, by key: whether they answered when it was last said. */
  readonly #answers = new Map<string, StateChange["available"]>();

  filter(
    event: AgentSessionEvent,
    rules: Rules,
    known: ReturnType<Inventories["privateOf"]>,
  ): AgentSessionEvent | null {
    // That there is no session any more says nothing of the home, and the hub would wait for it.
    if (event.type === "lost") return event;
    if (!rules.isConfirmed || rules.stoppedAt !== null) return null;
    if (rules.hubAlone === "reach") return event.type === "gateway" ? event : null;
    if (event.type !== "states") return event;
    // Before the gateway said what it has, nobody knows what of it is private.
    if (known === null) return null;
    if (known.size === 0) return event;
    const changes = event.changes.flatMap((change) =>
      known.has(change.key) ? this.#ofPrivate(change, event.full) : [change],
    );
    return { ...event, changes };
  }

  /** Whether it answers, and nothing else: that a lock was turned, and when, tells who is at home. */
  #ofPrivate({ key, place, available }: StateChange, isFull: boolean): StateChange[] {
    if (!isFull && (available === undefined || this.#answers.get(key) === available)) return [];
    if (available !== undefined) this.#answers.set(key, available);
    return [{ key, ...(place === undefined ? {} : { place }), ...(available === undefined ? {} : { available }) }];
  }
}
