import type { AgentId } from "@caretaker/protocol";
import type { Announcements } from "../announcements.ts";
import type { ConsentDeps } from "../consent/types.ts";
import type { Database, Trx } from "../db/database.ts";
import type { HubState } from "../state/state.ts";

/** What the live side of the hub knows of sites; the database knows the rest. */
export type LiveState = Pick<HubState, "rows" | "site">;

export interface SitesDeps {
  readonly db: Database;
  readonly announcements: Announcements;
  readonly live: LiveState;
  /** Destroys what is sealed for a gateway, in the caller's transaction. */
  readonly destroySecrets: (trx: Trx, owner: string) => Promise<void>;
  /** Cuts the line of an agent that was ended. */
  readonly cutAgent: (agentId: AgentId) => void;
  /** For how many days a removed site is kept before it is erased. */
  readonly keepRemovedSiteDays: number;
  readonly queueMessage: ConsentDeps["queueMessage"];
}
