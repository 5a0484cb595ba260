import type { CapabilityOutput, StateChange } from "@caretaker/protocol";
import type { GatewayRecord } from "../state/records.ts";
import type { StateStore } from "../state/store.ts";

export interface SeeAgainDeps {
  readonly store: Pick<StateStore, "applyStates">;
  readonly read: (key: string) => Promise<CapabilityOutput<"entity.state">>;
  readonly log: { debug(fields: object, message: string): void };
}

const AT_ONCE = 20;

/**
 * Asks for the state of what may be seen again: it was forgotten when it was hidden, and a lamp that nobody touches would
 * stay without one. A gateway that cannot be asked tells all of it when it is back, or with each next change.
 */
export async function seeAgain(deps: SeeAgainDeps, gateway: GatewayRecord, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const some = keys.slice(from, from + AT_ONCE);
    const answers = await Promise.allSettled(some.map(deps.read));
    const changes: StateChange[] = [];
    for (const [index, answer] of answers.entries()) {
      const key = some[index] as string;
      if (answer.status === "fulfilled" && isStillBlank(gateway, key)) changes.push(changeOf(key, answer.value));
    }
    if (changes.length > 0) deps.store.applyStates(gateway, { type: "states", full: false, changes });
    const failed = answers.find((answer) => answer.status === "rejected");
    if (failed === undefined) continue;
    deps.log.debug({ error: failed.reason }, "What may be seen again is told with its next change.");
    return;
  }
}

/** What it said itself meanwhile is newer; and it may be hidden again. */
function isStillBlank({ byKey }: GatewayRecord, key: string): boolean {
  const entity = byKey.get(key);
  return entity !== undefined && !entity.isHidden && entity.state === null;
}

function changeOf(
  key: string,
  { state, availability, since, attributes }: CapabilityOutput<"entity.state">,
): StateChange {
  return { key, state, available: availability, since: Date.parse(since), attributes };
}
