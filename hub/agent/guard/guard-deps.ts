import type { CapabilityDeclaration, CapabilityName, Clock, ConnectorLog, GatewayId } from "@caretaker/protocol";
import type { Store } from "../store/store.ts";
import type { PlaceRules } from "./places.ts";

export interface GuardDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: ConnectorLog;
  readonly rules: PlaceRules;
  /** What the make of a gateway says of a capability; null where the agent holds no such gateway. */
  readonly declarationOf: (gatewayId: GatewayId, capability: CapabilityName) => CapabilityDeclaration | null;
}

/** Who works on the home, as the hub says. Not kept: after a restart the hub says it again. */
export interface AtWork {
  readonly technician: string;
  readonly why: string;
  readonly since: string;
}
