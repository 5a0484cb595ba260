import type {
  ActRequest,
  AgentId,
  CapabilityDeclaration,
  CapabilityInput,
  CapabilityName,
  CapabilityOutput,
  Clock,
  Gateway,
  GatewayId,
  HubAlone,
} from "@caretaker/protocol";
import type { Announcements } from "../announcements.ts";
import type { Consent } from "../consent/types.ts";
import type { Database } from "../db/database.ts";
import type { Log } from "../log.ts";
import type { Library } from "../runbooks/library.ts";

/** What runs need of the gateways. */
export interface RunGateways {
  read<N extends CapabilityName>(
    gatewayId: GatewayId,
    capability: N,
    input: CapabilityInput<N>,
    options?: { readonly timeoutSeconds?: number },
  ): Promise<CapabilityOutput<N>>;
  /** Only gate.ts calls this. An error with `meta.isSent` false says that nothing left the hub. */
  act<N extends CapabilityName>(
    gatewayId: GatewayId,
    request: ActRequest<N>,
    options?: { readonly timeoutSeconds?: number },
  ): Promise<CapabilityOutput<N>>;
  status(gatewayId: GatewayId): Pick<Gateway, "state" | "name">;
  capabilitiesOf(gatewayId: GatewayId): Partial<Record<CapabilityName, CapabilityDeclaration>>;
  /** How far the hub's word alone is enough in a home with an agent; null where the hub reaches the gateway itself. */
  hubAloneAt?(gatewayId: GatewayId): HubAlone | null;
  /** The agent that the gateway is behind, where that has no line here; null for a gateway that can be reached from here. */
  agentWithoutLine?(gatewayId: GatewayId): AgentId | null;
}

/** Places where a test lets the hub die. */
export type CrashPoint =
  | "turn.begun"
  | "act.before_intent"
  | "act.after_intent"
  | "act.after_send"
  | "act.after_outcome"
  | "commit.before"
  | "commit.after";

export interface RunsDeps {
  readonly db: Database;
  readonly library: Library;
  readonly gateways: RunGateways;
  readonly consent: Pick<Consent, "ask" | "askHome" | "permit" | "whomToAsk" | "expire" | "waitAtHome" | "ofRun">;
  /** Timers only; moments come from `now`. */
  readonly clock: Clock;
  /** The database's clock, unless a test says otherwise. */
  readonly now: (db: Database) => Promise<Date>;
  readonly announcements: Announcements;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  /** How this hub is called in claims; unique among the hubs of a database. */
  readonly hubId: string;
  /** How many runs are worked on at one time. Default 10. */
  readonly workers?: number;
  /** How long a run waits for its gateway in all. Default 600. */
  readonly gatewayPatienceSeconds?: number;
  /** In how many homes one person may act within an hour. Default 5; what counts engines rather than people has no bound. */
  readonly homesAtOnce?: number;
  readonly crash?: (point: CrashPoint, step: string | null) => Promise<void>;
}

/** A claim that is not renewed for so long belongs to nobody: its hub is gone. */
export const LEASE_SECONDS = 30;
