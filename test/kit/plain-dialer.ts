import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { connect as connectNet } from "node:net";
import { connect as connectTls } from "node:tls";
import {
  CaretakerError,
  type CertificateSeen,
  type Clock,
  type DialedSocket,
  type DialedStream,
  type Dialer,
  type HttpAnswer,
  type HttpLine,
  type HttpRequest,
  systemClock,
  type WebSocketRequest,
} from "@caretaker/protocol";
import { WebSocket } from "ws";

/**
 * A dialer that goes wherever it is told: for tests of connectors, whose gateways are on this machine. The hub's own one,
 * which decides where it may go, is tested by itself. Its time-outs run on the clock it is given.
 */
export function createPlainDialer(clock: Clock = systemClock): Dialer {
  return {
    http: (request) => exchange(clock, request),
    httpLine: () => httpLine(clock),
    webSocket: (request) => openWebSocket(clock, request),
    stream,
    resolve,
    connect,
    certificate,
  };
}

async function resolve(host: string): Promise<{ addresses: string[]; allowed: string[] }> {
  return { addresses: [host], allowed: [host] };
}

function stream(target: { host: string; port: number }): Promise<DialedStream> {
  return new Promise((done, fail) => {
    const socket = connectNet(target.port, target.host);
    const handleError = (error: Error): void => fail(unreachable(`${target.host}:${target.port}`, error));
    socket.once("error", handleError);
    socket.once("connect", () => {
      socket.off("error", handleError);
      socket.setNoDelay(true);
      done(socket);
    });
  });
}

function connect(target: { host: string; port: number }): Promise<{ address: string; milliseconds: number }> {
  const began = performance.now();
  return new Promise((done, fail) => {
    const socket = connectNet(target.port, target.host);
    socket.once("error", (error) => fail(unreachable(`${target.host}:${target.port}`, error)));
    socket.once("connect", () => {
      socket.destroy();
      done({ address: target.host, milliseconds: Math.round(performance.now() - began) });
    });
  });
}

function certificate(target: { host: string; port: number }): Promise<CertificateSeen> {
  return new Promise((done, fail) => {
    const socket = connectTls({ host: target.host, port: target.port, rejectUnauthorized: false });
    socket.once("error", (error) => fail(unreachable(`${target.host}:${target.port}`, error)));
    socket.once("secureConnect", () => {
      const seen = socket.getPeerX509Certificate();
      const reason = socket.authorizationError;
      done({
        fingerprint256: seen?.fingerprint256 ?? "",
        subject: seen?.subject ?? "",
        issuer: seen?.issuer ?? "",
        validFrom: new Date(seen?.validFrom ?? 0).toISOString(),
        validTo: new Date(seen?.validTo ?? 0).toISOString(),
        trusted: socket.authorized,
        ...(reason ? { reason: String(reason) } : {}),
      });
      socket.destroy();
    });
  });
}

function httpLine(clock: Clock): HttpLine {
  const agents = [
    new HttpAgent({ keepAlive: true, maxSockets: 1 }),
    new HttpsAgent({ keepAlive: true, maxSockets: 1 }),
  ];
  let isClosed = false;
  return {
    http: (request) =>
      isClosed
        ? Promise.reject(
            new CaretakerError("gateway_lost", "The connection was closed by us.", { meta: { isSent: false } }),
          )
        : exchange(clock, request, agents[request.url.startsWith("https:") ? 1 : 0]),
    close() {
      isClosed = true;
      for (const agent of agents) agent.destroy();
    },
  };
}

function exchange(clock: Clock, request: HttpRequest, agent: HttpAgent | false = false): Promise<HttpAnswer> {
  const url = new URL(request.url);
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const seconds = request.timeoutSeconds ?? 15;
  return new Promise((done, fail) => {
    const outgoing = send(
      url,
      { method: request.method, headers: request.headers, agent, rejectUnauthorized: false },
      (incoming) => {
        collect(incoming)
          .then((body) => done({ status: incoming.statusCode ?? 0, headers: plain(incoming), body }))
          .catch((error: Error) => fail(unreachable(url.host, lateError ?? error)))
          .finally(cancel);
      },
    );
    let lateError: Error | undefined;
    const cancel = clock.after(seconds * 1000, () => {
      lateError = late(url.host, seconds);
      outgoing.destroy(lateError);
    });
    outgoing.once("error", (error) => {
      cancel();
      fail(unreachable(url.host, lateError ?? error));
    });
    outgoing.end(request.body);
  });
}

async function collect(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function plain(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
}

function openWebSocket(clock: Clock, request: WebSocketRequest): Promise<DialedSocket> {
  const { host, pathname } = new URL(request.url);
  const seconds = request.handshakeTimeoutSeconds ?? 15;
  return new Promise((done, fail) => {
    const socket = new WebSocket(request.url, {
      maxPayload: request.maxPayloadBytes ?? 32 * 1024 * 1024,
      perMessageDeflate: false,
      // A fake vouches for nobody; that certificates are judged is the hub's dialer's to show.
      rejectUnauthorized: false,
      headers: { ...request.headers },
    });
    const cancel = clock.after(seconds * 1000, () => {
      fail(late(host, seconds));
      socket.terminate();
    });
    socket.on("error", (error) => {
      cancel();
      fail(unreachable(host, error));
    });
    socket.once("unexpected-response", (_request, incoming) => {
      const status = incoming.statusCode ?? 0;
      cancel();
      socket.terminate();
      const text = `${host} does not open a WebSocket at ${pathname} (HTTP ${status}).`;
      fail(new CaretakerError("gateway_misbehaving", text, { meta: { status } }));
    });
    socket.once("open", () => {
      cancel();
      done(socket as unknown as DialedSocket);
    });
  });
}

function unreachable(where: string, error: Error): CaretakerError {
  if (error instanceof CaretakerError) return error;
  return new CaretakerError("gateway_unreachable", `${where} could not be reached.`, { cause: error });
}

function late(where: string, seconds: number): CaretakerError {
  return new CaretakerError("gateway_timeout", `${where} did not answer within ${seconds} s.`);
}
