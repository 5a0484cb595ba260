import type {
  AgentAnswer,
  AgentPolicy,
  AgentQuestion,
  AgentSessionEvent,
  AgentWay,
  CapabilityDeclaration,
  CapabilityName,
  ConsentRequestId,
  GatewayId,
  GatewayTarget,
} from "@caretaker/protocol";

/** A command of the hub's, with what the agent itself knows of it. */
export interface GuardedAct {
  readonly gatewayId: GatewayId;
  readonly connector: string;
  readonly capability: CapabilityName;
  readonly input: Readonly<Record<string, unknown>>;
  readonly attemptId: string;
  readonly purpose: "do" | "undo" | "settle";
  readonly expiresAt: string;
  readonly requestId: ConsentRequestId | null;
  /** From the agent's own copy of the connector, never from the hub. */
  readonly declaration: CapabilityDeclaration;
}

/** What the hub has to hear of, or the sessions. */
export type GuardChange =
  | { readonly kind: "policy" }
  | {
      readonly kind: "answered";
      readonly requestId: ConsentRequestId;
      readonly digest: string;
      readonly answer: AgentAnswer;
      readonly way: AgentWay;
      readonly passkey?: string;
    }
  | { readonly kind: "help"; readonly words: string }
  /** There are others now, or a link to make one. */
  | { readonly kind: "passkeys" }
  /** Somebody of the home ended the connection: nothing of it holds any more. */
  | { readonly kind: "released" };

/**
 * The lock on the inside: everything that the hub asks for passes it before anything in the home hears of it, and
 * everything that leaves the home passes it first. It takes nobody's word but that of the people who live there.
 */
export interface Guard {
  /** Throws `target_refused`, or `not_allowed` where nothing is. A new place is noted, and shown on the page. */
  permitOpen(connector: string, targets: readonly GatewayTarget[]): void;
  /** Throws `not_allowed`. */
  permitRead(gatewayId: GatewayId, capability: CapabilityName): void;
  /**
   * Resolves once the attempt's id is on the disk. Rejects with `already_done`, `gone` where its time is over,
   * `invalid_input`, `consent_missing`, `consent_expired` or `not_allowed`, each with `isSent: false`.
   */
  permitAct(act: GuardedAct): Promise<void>;
  /** What became of what was permitted. */
  acted(attemptId: string, outcome: "done" | "failed" | "uncertain"): void;
  /** What of it may leave the home; null for nothing. */
  filter(gatewayId: GatewayId, event: AgentSessionEvent): AgentSessionEvent | null;
  /** The gateway's session is gone: what it reported is known no longer. */
  forget(gatewayId: GatewayId): void;
  /** Shows a question on the page. Throws where it is not what it says it is. */
  ask(question: AgentQuestion): void;
  over(requestId: ConsentRequestId): void;
  atWork(technician: string | null, why: string): void;
  policy(): AgentPolicy;
  /** Whether something of this gateway was cut and may have to be switched on again: its session is kept after Stop. */
  owesSettle(gatewayId: GatewayId): boolean;
  on(listener: (change: GuardChange) => void): () => void;
}
