import { MessageChannel, type MessagePort } from "node:worker_threads";
import {
  type ActRequest,
  CaretakerError,
  type ChecklistLine,
  type Connector,
  type ConnectorContext,
  type GatewaySession,
  type ReadRequest,
  type SayRequest,
} from "@caretaker/protocol";

/**
 * The same connector with a wall in between, as if another process or an agent in the home held it: whatever crosses is
 * text. What is not JSON does not come out as it went in.
 */
export function overPort(connector: Connector): Connector {
  return {
    manifest: connector.manifest,
    target: (config) => connector.target(config),
    elsewhere: (config) => connector.elsewhere?.(config) ?? [],
    async connect(config, context) {
      const { ask, close } = openPorts(context, (far) => host(far, connector, context));
      try {
        await ask("connect", config);
      } catch (error) {
        close();
        throw error;
      }
      return remoteSession(ask, close);
    },
    async *test(config, context) {
      const lines: ChecklistLine[] = [];
      const { ask, close } = openPorts({ ...context, emit: () => {} }, (far) => host(far, connector, context));
      try {
        lines.push(...((await ask("test", config)) as ChecklistLine[]));
      } finally {
        close();
      }
      yield* lines;
    },
  };
}

type Ask = (what: string, body?: unknown) => Promise<unknown>;

interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: Parameters<typeof CaretakerError.from>[0];
  readonly event?: unknown;
}

function openPorts(context: ConnectorContext, serve: (far: MessagePort) => void): { ask: Ask; close: () => void } {
  const { port1: near, port2: far } = new MessageChannel();
  const waiting = new Map<number, { done: (value: unknown) => void; fail: (error: Error) => void }>();
  let lastId = 0;
  near.on("message", (text: string) => {
    const message = JSON.parse(text) as Answer;
    if (message.event !== undefined) {
      context.emit(message.event as Parameters<ConnectorContext["emit"]>[0]);
      return;
    }
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) asked?.fail(CaretakerError.from(message.error));
    else asked?.done(message.answer);
  });
  serve(far);
  return {
    ask: (what, body) =>
      new Promise((done, fail) => {
        lastId += 1;
        waiting.set(lastId, { done, fail });
        near.postMessage(JSON.stringify({ id: lastId, what, body }));
      }),
    close: () => near.close(),
  };
}

function host(far: MessagePort, connector: Connector, context: ConnectorContext): void {
  let session: GatewaySession | undefined;
  const say = (message: Partial<Answer>): void => far.postMessage(JSON.stringify(message));
  const answer = async (what: string, body: unknown): Promise<unknown> => {
    if (what === "connect") {
      session = await connector.connect(body, { ...context, emit: (event) => say({ event }) });
      return null;
    }
    if (what === "test") {
      const lines: ChecklistLine[] = [];
      for await (const line of connector.test(body, context)) lines.push(line);
      return lines;
    }
    if (session === undefined) throw new Error("There is no session yet");
    if (what === "read") return session.read(body as ReadRequest);
    if (what === "act") return session.act(body as ActRequest);
    if (what === "say" && session.say !== undefined) return session.say(body as SayRequest);
    return what === "diagnostics" ? session.diagnostics() : session.close();
  };
  far.on("message", (text: string) => {
    const { id, what, body } = JSON.parse(text) as { id: number; what: string; body: unknown };
    answer(what, body).then(
      (value) => say({ id, answer: value ?? null }),
      (error: unknown) => {
        const known = error instanceof CaretakerError ? error : new CaretakerError("internal", String(error));
        say({ id, error: known.report() });
      },
    );
  });
}

function remoteSession(ask: Ask, close: () => void): GatewaySession {
  return {
    read: (request) => ask("read", request) as Promise<never>,
    act: (request) => ask("act", request) as Promise<never>,
    say: (request) => ask("say", request) as Promise<never>,
    diagnostics: () => ask("diagnostics") as Promise<Record<string, unknown>>,
    async close() {
      await ask("close");
      // What is said after the end must still be heard here, so that a test can complain of it.
      setTimeout(close, 1000).unref();
    },
  };
}
