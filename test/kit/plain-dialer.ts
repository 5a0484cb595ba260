import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect as connectNet } from "node:net";
import { connect as connectTls } from "node:tls";
import {
  CaretakerError,
  type CertificateSeen,
  type DialedSocket,
  type DialedStream,
  type Dialer,
  type HttpAnswer,
  type HttpRequest,
  type WebSocketRequest,
} from "@caretaker/protocol";
import { WebSocket } from "ws";

/**
 * A dialer that goes wherever it is told: for tests of connectors, whose gateways are on this machine. The hub's own one,
 * which decides where it may go, is tested by itself.
 */
export function createPlainDialer(): Dialer {
  return { http: exchange, webSocket: openWebSocket, stream, resolve, connect, certificate };
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

function exchange(request: HttpRequest): Promise<HttpAnswer> {
  const url = new URL(request.url);
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const seconds = request.timeoutSeconds ?? 15;
  return new Promise((done, fail) => {
    const outgoing = send(
      url,
      { method: request.method, headers: request.headers, agent: false, rejectUnauthorized: false },
      (incoming) => {
        collect(incoming).then(
          (body) => done({ status: incoming.statusCode ?? 0, headers: plain(incoming), body }),
          fail,
        );
      },
    );
    outgoing.setTimeout(seconds * 1000, () => outgoing.destroy(late(url.host, seconds)));
    outgoing.once("error", (error) => fail(unreachable(url.host, error)));
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

function openWebSocket(request: WebSocketRequest): Promise<DialedSocket> {
  const { host, pathname } = new URL(request.url);
  const seconds = request.handshakeTimeoutSeconds ?? 15;
  return new Promise((done, fail) => {
    const socket = new WebSocket(request.url, {
      handshakeTimeout: seconds * 1000,
      maxPayload: request.maxPayloadBytes ?? 32 * 1024 * 1024,
      perMessageDeflate: false,
      // A fake vouches for nobody; that certificates are judged is the hub's dialer's to show.
      rejectUnauthorized: false,
      headers: { ...request.headers },
    });
    socket.on("error", (error) =>
      fail(/handshake has timed out/.test(error.message) ? late(host, seconds) : unreachable(host, error)),
    );
    socket.once("unexpected-response", (_request, incoming) => {
      const status = incoming.statusCode ?? 0;
      socket.terminate();
      const text = `${host} does not open a WebSocket at ${pathname} (HTTP ${status}).`;
      fail(new CaretakerError("gateway_misbehaving", text, { meta: { status } }));
    });
    socket.once("open", () => done(socket as unknown as DialedSocket));
  });
}

function unreachable(where: string, error: Error): CaretakerError {
  if (error instanceof CaretakerError) return error;
  return new CaretakerError("gateway_unreachable", `${where} could not be reached.`, { cause: error });
}

function late(where: string, seconds: number): CaretakerError {
  return new CaretakerError("gateway_timeout", `${where} did not answer within ${seconds} s.`);
}
