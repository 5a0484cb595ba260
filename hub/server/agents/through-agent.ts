import {
  type AgentAsk,
  type AgentSessionEvent,
  CaretakerError,
  ChecklistLine,
  type Connector,
  type ConnectorContext,
  type GatewayId,
  type GatewaySession,
  type SessionEvent,
} from "@caretaker/protocol";
import { type AgentLink, agentAway } from "./agent-link.ts";

/** Nothing is begun in a home later than this after it was decided, whatever the line did meanwhile. */
const ACT_WITHIN_MILLISECONDS = 30_000;

export type LinkOf = () => AgentLink | null;

/**
 * The same connector, held by the agent in the home: the supervisor, the gate and the pages need not know. What differs is
 * that the home may say no.
 */
export function throughAgent(connector: Connector, gatewayId: GatewayId, linkOf: LinkOf): Connector {
  return {
    ...connector,
    async connect(config, context) {
      const link = linkOf();
      if (link === null) throw agentAway();
      return openSession(link, { connector, gatewayId, config, context });
    },
    test: (config) => testThrough(connector, config, linkOf),
  };
}

/** The checklist of a gateway that is not added yet, walked inside the home. */
export async function* testThrough(
  connector: Connector,
  config: unknown,
  linkOf: LinkOf,
): AsyncGenerator<ChecklistLine> {
  const link = linkOf();
  if (link === null) throw agentAway();
  const lines: ChecklistLine[] = [];
  let wake: () => void = () => {};
  let isDone = false;
  const walked = link
    .ask({ what: "test", connector: connector.manifest.id, config: config as Record<string, unknown> }, (line) => {
      lines.push(ChecklistLine.parse(line));
      wake();
    })
    .finally(() => {
      isDone = true;
      wake();
    });
  // Looked at below; a failure that comes while nobody waits is no unhandled one.
  walked.catch(() => {});
  for (;;) {
    yield* lines.splice(0);
    if (isDone) break;
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (lines.length > 0 || isDone) resolve();
    });
  }
  yield* lines.splice(0);
  await walked;
}

interface Opening {
  readonly connector: Connector;
  readonly gatewayId: GatewayId;
  readonly config: unknown;
  readonly context: ConnectorContext;
}

async function openSession(
  link: AgentLink,
  { connector, gatewayId, config, context }: Opening,
): Promise<GatewaySession> {
  const { emit, clock } = context;
  let isOver = false;
  const hear = (event: SessionEvent): void => {
    if (isOver) return;
    if (event.type === "lost") letGo();
    emit(event);
  };
  const stopListening = link.listen(gatewayId, (events) => {
    for (const event of events) hear(toSessionEvent(event));
  });
  const forgetEnd = link.onEnd(() => hear({ type: "lost", kind: "unreachable", reason: { code: "agent_away" } }));
  const letGo = (): void => {
    isOver = true;
    stopListening();
    forgetEnd();
  };
  const ask = (what: AgentAsk): Promise<never> =>
    (isOver
      ? Promise.reject(new CaretakerError("gateway_lost", "The session through the agent is over."))
      : link.ask(what)) as Promise<never>;
  try {
    await link.ask({
      what: "open",
      gatewayId,
      connector: connector.manifest.id,
      config: config as Record<string, unknown>,
    });
  } catch (error) {
    letGo();
    throw error;
  }
  return {
    read: ({ capability, input }) => ask({ what: "read", gatewayId, capability, input }),
    act: ({ capability, input, attemptId, purpose, requestId }) =>
      ask({
        what: "act",
        gatewayId,
        capability,
        input,
        attemptId,
        purpose: purpose ?? "do",
        expiresAt: new Date(clock.now().getTime() + ACT_WITHIN_MILLISECONDS).toISOString(),
        requestId: requestId ?? null,
      }),
    say: ({ message, input }) => ask({ what: "say", gatewayId, message, input }),
    diagnostics: () => ask({ what: "diagnostics", gatewayId }),
    async close() {
      if (isOver) return;
      letGo();
      if (!link.isOver) await link.ask({ what: "close", gatewayId });
    },
  };
}

/** Its shape was checked with the message it came in; absent is never undefined in JSON. */
function toSessionEvent(event: AgentSessionEvent): SessionEvent {
  return event as SessionEvent;
}
