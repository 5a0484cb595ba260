import {
  CaretakerError,
  type Clock,
  type GatewaySession,
  MESSAGES,
  type MessageInput,
  type MessageName,
  type MessageOutput,
} from "@caretaker/protocol";
import { createDeadline, untilAborted } from "@caretaker/reach/dialer/deadline.ts";
import type { GatewayRecord } from "../state/records.ts";

const WITHIN_SECONDS = 40;

export interface Saying {
  readonly gateway: GatewayRecord;
  readonly clock: Clock;
  readonly messages: readonly MessageName[];
  readonly session: GatewaySession | null;
}

/** Says something to the people of a home, with a deadline, and checks the shape of the answer. */
export async function say<N extends MessageName>(
  { gateway, clock, messages, session }: Saying,
  message: N,
  input: MessageInput<N>,
): Promise<MessageOutput<N>> {
  const { name, connectorName } = gateway.facts;
  if (!messages.includes(message))
    throw new CaretakerError("not_available_here", `${connectorName} has no ${message}.`, { meta: { message } });
  if (session?.say === undefined)
    throw new CaretakerError("gateway_unreachable", `${name} is not connected now. Try again once it is.`, {
      meta: { message, state: gateway.status.state },
    });
  const late = (): CaretakerError =>
    new CaretakerError("gateway_timeout", `${name} did not answer ${message} within ${WITHIN_SECONDS} s.`);
  const deadline = createDeadline(clock, WITHIN_SECONDS * 1000, late);
  try {
    const answer = await untilAborted(deadline.signal, session.say({ message, input }));
    const parsed = MESSAGES[message].output.safeParse(answer);
    if (parsed.success) return parsed.data as MessageOutput<N>;
    throw new CaretakerError("gateway_misbehaving", `${name} answered ${message} with something else than it should.`, {
      cause: parsed.error,
    });
  } finally {
    deadline.clear();
  }
}
