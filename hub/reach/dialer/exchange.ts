import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { DialedSocket, HttpAnswer, HttpRequest } from "@caretaker/protocol";
import { WebSocket } from "ws";
import { asError } from "./deadline.ts";
import { misbehaving, unreachable } from "./errors.ts";
import { offerWholeFrames } from "./whole-frames.ts";

/** One HTTP exchange over a socket that is already open and checked. A redirect is an answer like any other. */
export function exchange(
  url: URL,
  request: HttpRequest,
  over: Socket | Agent,
  maxBytes: number,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const isKept = over instanceof Agent;
    const connection = isKept ? "keep-alive" : "close";
    let outgoing: ClientRequest;
    try {
      outgoing = httpRequest({
        method: request.method,
        path: url.pathname + url.search,
        setHost: false,
        headers: { "accept-encoding": "identity", ...request.headers, host: url.host, connection },
        ...(isKept ? { agent: over, host: url.hostname, port: url.port } : { createConnection: () => over }),
      });
    } catch (error) {
      if (!isKept) over.destroy();
      return reject(unreachable(url.host, error));
    }
    const fail = (error: unknown): void => {
      signal.removeEventListener("abort", handleAbort);
      outgoing.destroy();
      if (!isKept) over.destroy();
      if (isKept && isStale(request, outgoing, error)) reject(new StaleConnection());
      else reject(signal.aborted ? asError(signal.reason) : unreachable(url.host, error));
    };
    const handleAbort = (): void => fail(signal.reason);
    outgoing.on("error", fail);
    // Without this nothing more would be heard of it until the time is over.
    outgoing.on("upgrade", () => fail(misbehaving(url.host, "answered with another protocol than HTTP")));
    outgoing.on("response", (incoming) => {
      collect(url, incoming, maxBytes)
        .then((body) => {
          signal.removeEventListener("abort", handleAbort);
          resolve({ status: incoming.statusCode ?? 0, headers: plainHeaders(incoming), body });
        }, fail)
        .finally(() => isKept || over.destroy());
    });
    if (signal.aborted) return handleAbort();
    signal.addEventListener("abort", handleAbort, { once: true });
    outgoing.end(request.body);
  });
}

/** A kept connection was closed while nobody used it: nothing of the question was heard. */
export class StaleConnection extends Error {}

function isStale({ method, signal }: HttpRequest, { reusedSocket }: ClientRequest, error: unknown): boolean {
  const { code } = error as { code?: string };
  return method === "GET" && reusedSocket && signal?.aborted !== true && (code === "ECONNRESET" || code === "EPIPE");
}

async function collect(url: URL, incoming: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw misbehaving(url.host, `answered with more than ${maxBytes} bytes`, undefined, { maxBytes });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function plainHeaders(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}

/** The WebSocket handshake over a socket that is already open and checked. */
export function shakeHands(
  url: URL,
  headers: Readonly<Record<string, string>>,
  socket: Socket,
  maxPayload: number,
  signal: AbortSignal,
): Promise<DialedSocket> {
  return new Promise((resolve, reject) => {
    let webSocket: WebSocket;
    try {
      webSocket = new WebSocket(url, {
        // Our own createConnection: the socket is open, and to the address that was checked.
        createConnection: () => socket,
        followRedirects: false,
        perMessageDeflate: false,
        headers: { ...headers, host: url.host },
        maxPayload,
      });
    } catch (error) {
      socket.destroy();
      return reject(unreachable(url.host, error));
    }
    const settle = (): void => {
      signal.removeEventListener("abort", handleAbort);
      webSocket.off("error", fail);
    };
    const fail = (error: unknown): void => {
      settle();
      webSocket.on("error", () => {});
      webSocket.terminate();
      socket.destroy();
      reject(signal.aborted ? asError(signal.reason) : unreachable(url.host, error));
    };
    const handleAbort = (): void => fail(signal.reason);
    webSocket.once("error", fail);
    webSocket.once("unexpected-response", (_request, incoming) => {
      const status = incoming.statusCode ?? 0;
      fail(
        misbehaving(url.host, `does not open a WebSocket at ${url.pathname} (HTTP ${status})`, undefined, { status }),
      );
    });
    webSocket.once("open", () => {
      settle();
      // A socket without a listener for errors would end the process; whoever holds it hears `close` in any case.
      webSocket.on("error", () => {});
      resolve(offerWholeFrames(webSocket, socket));
    });
    if (signal.aborted) handleAbort();
    else signal.addEventListener("abort", handleAbort, { once: true });
  });
}
