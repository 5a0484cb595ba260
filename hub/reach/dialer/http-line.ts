import { Agent } from "node:http";
import type { Duplex } from "node:stream";
import { CaretakerError, type Clock, type HttpAnswer, type HttpLine, type HttpRequest } from "@caretaker/protocol";
import { createDeadline, type Deadline } from "./deadline.ts";
import { timedOut } from "./errors.ts";
import { exchange, StaleConnection } from "./exchange.ts";

export interface HttpLineDeps {
  readonly clock: Clock;
  /** Rejects what the dialer does not go to, before anything is opened. */
  readonly timing: (request: HttpRequest) => { seconds: number; where: string; maxBytes: number };
  /** A connection that was checked, and whose certificate was judged. */
  readonly connect: (request: HttpRequest, deadline: Deadline) => Promise<Duplex>;
}

/** The questions of one gateway, one after the other over one connection. Each has its own time. */
export function openHttpLine({ clock, timing, connect }: HttpLineDeps): HttpLine {
  let queue: Promise<unknown> = Promise.resolve();
  let opening: () => Promise<Duplex> = () => Promise.reject(lost());
  let isClosed = false;
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 });
  agent.createConnection = (_options, callback) => {
    opening().then(
      (socket) => callback?.(null, socket),
      (error: unknown) => callback?.(error as Error, undefined as never),
    );
    return undefined;
  };

  async function ask(request: HttpRequest): Promise<HttpAnswer> {
    if (isClosed) throw lost();
    const { seconds, where, maxBytes } = timing(request);
    const url = new URL(request.url);
    const late = (): CaretakerError => timedOut(where, `${request.method} ${url.pathname}`, seconds);
    const deadline = createDeadline(clock, seconds * 1000, late, request.signal);
    opening = () => connect(request, deadline);
    try {
      return await exchange(url, request, agent, maxBytes, deadline.signal).catch((error: unknown) => {
        if (!(error instanceof StaleConnection)) throw error;
        return exchange(url, request, agent, maxBytes, deadline.signal);
      });
    } finally {
      deadline.clear();
    }
  }

  return {
    http(request) {
      const asked = queue.then(() => ask(request));
      queue = asked.catch(() => {});
      return asked;
    },
    close() {
      isClosed = true;
      agent.destroy();
    },
  };
}

function lost(): CaretakerError {
  return new CaretakerError("gateway_lost", "The connection was closed by us.", { meta: { isSent: false } });
}
