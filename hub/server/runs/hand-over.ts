import type { GatewayId, RunId } from "@caretaker/protocol";
import { lineElsewhere } from "../agents/rows.ts";
import { type Claimed, giveTo } from "./claim.ts";
import type { RunsDeps } from "./deps.ts";
import { memoryOf } from "./record.ts";

const MOST_REMEMBERED = 1000;

/**
 * Hands runs over to the hub that holds the line of their home's agent: without it nothing is reached there. Which hub that is
 * stands in the database, for as long as it says so itself. One that takes nothing is gone or has no hands free: so a run that
 * comes back untouched is worked on here, which is to wait, before it is handed over once more.
 */
export class HandOver {
  readonly #deps: RunsDeps;
  /** The fencing number with which each was handed over last. */
  readonly #handed = new Map<string, number>();

  constructor(deps: RunsDeps) {
    this.#deps = deps;
  }

  /** Whether it was handed over, and is no longer this hub's. */
  async take(claimed: Claimed): Promise<boolean> {
    const { db, hubId, gateways, announcements } = this.#deps;
    const { run, at } = claimed;
    const before = this.#handed.get(run.id);
    this.#handed.delete(run.id);
    const gatewayId = (memoryOf(run).pause?.gatewayId ?? run.gatewayId) as GatewayId;
    const agentId = gateways.agentWithoutLine?.(gatewayId) ?? null;
    if (agentId === null || before === run.fencing - 1) return false;
    const other = await lineElsewhere(db, agentId, hubId, at);
    if (other === null) return false;
    await giveTo(this.#deps, claimed);
    this.#handed.set(run.id, run.fencing);
    // Those that were taken are not heard of again.
    for (const id of this.#handed.keys()) if (this.#handed.size > MOST_REMEMBERED) this.#handed.delete(id);
    announcements.announce({ type: "run.handed", runId: run.id as RunId, hubId: other });
    return true;
  }
}
