import {
  CAPABILITIES,
  type CapabilityDeclaration,
  type CapabilityName,
  type CapabilityOutput,
  CaretakerError,
  type Clock,
  type GatewaySession,
} from "@caretaker/protocol";
import { createDeadline, untilAborted } from "@caretaker/reach/dialer/deadline.ts";
import type { GatewayRecord } from "../state/records.ts";

export interface AskOptions {
  /** Default: what the connector declares. */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface Asked {
  readonly gateway: GatewayRecord;
  readonly clock: Clock;
  readonly capability: CapabilityName;
  readonly declaration: CapabilityDeclaration | undefined;
  readonly session: GatewaySession | null;
}

/**
 * Asks a session one thing, with a deadline, and checks the shape of its answer. `meta.isSent` of an error is false where
 * it is certain that nothing left the hub; after any other failure of an action nobody knows whether it happened.
 */
export async function ask<N extends CapabilityName>(
  { gateway, clock, capability, declaration, session }: Asked,
  send: (session: GatewaySession) => Promise<CapabilityOutput<N>>,
  input: Readonly<Record<string, unknown>>,
  options: AskOptions,
): Promise<CapabilityOutput<N>> {
  const { name, connectorName } = gateway.facts;
  if (declaration === undefined)
    throw new CaretakerError("not_available_here", `${connectorName} has no ${capability}.`, {
      meta: { capability, isSent: false },
    });
  if (session === null)
    throw new CaretakerError("gateway_unreachable", `${name} is not connected now, so ${capability} was not sent.`, {
      meta: { capability, state: gateway.status.state, isSent: false },
    });
  const seconds = options.timeoutSeconds ?? declaration.timeoutSeconds + durationIn(capability, input);
  const late = (): CaretakerError =>
    new CaretakerError("gateway_timeout", `${name} did not answer ${capability} within ${seconds} s.`, {
      meta: { capability, seconds },
    });
  const deadline = createDeadline(clock, seconds * 1000, late, options.signal);
  try {
    const answer = await untilAborted(deadline.signal, send(session));
    const parsed = CAPABILITIES[capability].output.safeParse(answer);
    if (parsed.success) return parsed.data as CapabilityOutput<N>;
    throw new CaretakerError(
      "gateway_misbehaving",
      `${name} answered ${capability} with something else than it should.`,
      {
        cause: parsed.error,
        meta: { capability },
      },
    );
  } finally {
    deadline.clear();
  }
}

/** An action that is told to take its time (off for 30 s) is given that time on top. */
function durationIn(capability: CapabilityName, input: Readonly<Record<string, unknown>>): number {
  return Object.entries(CAPABILITIES[capability].input.shape)
    .filter(([, field]) => (field.meta() as { duration?: boolean } | undefined)?.duration === true)
    .reduce((sum, [name]) => sum + (typeof input[name] === "number" ? (input[name] as number) : 0), 0);
}
