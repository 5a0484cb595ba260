import type { Clock, Dialer } from "@caretaker/protocol";
import { readAccess } from "./access.ts";
import { HomeAssistantClient } from "./client.ts";

export interface WatchEntity {
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Such as `input_boolean.caretaker_service_access`. */
  readonly entityId: string;
  /** At once and with each change; null while Home Assistant has no such entity. */
  readonly tell: (state: string | null) => void;
  /** Once, when the line is gone and nothing is told any more. Never before `watchEntity` has resolved. */
  readonly lost: () => void;
}

type Bag = Readonly<Record<string, unknown>>;

/** Follows one entity on a line of its own, and reads nothing else of the home. Rejects as a session's opening does. */
export async function watchEntity(config: unknown, watched: WatchEntity): Promise<{ close(): void }> {
  const { entityId, tell, lost, ...how } = watched;
  const client = await HomeAssistantClient.open({ ...readAccess(config), ...how, onLost: lost, onGarbage() {} });
  let isToldOnce = false;
  const take = (event: unknown): void => {
    const state = stateIn(event, entityId);
    // The first answer is all that there is, so what is not in it does not exist.
    if (state !== undefined) tell(state);
    else if (!isToldOnce) tell(null);
    isToldOnce = true;
  };
  try {
    await client.subscribe({ type: "subscribe_entities", entity_ids: [entityId] }, take);
  } catch (error) {
    client.close();
    throw error;
  }
  return client;
}

/** Undefined where the event says nothing of it; null where it was removed. */
function stateIn(event: unknown, entityId: string): string | null | undefined {
  const { a, c, r } = bag(event);
  if (Array.isArray(r) && r.includes(entityId)) return null;
  const state = bag(bag(a)[entityId]).s ?? bag(bag(bag(c)[entityId])["+"]).s;
  return typeof state === "string" ? state : undefined;
}

function bag(value: unknown): Bag {
  return typeof value === "object" && value !== null ? (value as Bag) : {};
}
