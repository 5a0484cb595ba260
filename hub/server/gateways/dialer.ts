import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import type {
  CaretakerError,
  CertificateSeen,
  Clock,
  DialedSocket,
  Dialer,
  GatewayTarget,
  HttpAnswer,
  HttpLine,
  HttpRequest,
  WebSocketRequest,
} from "@caretaker/protocol";
import { canonicalHost, isAddress, reachOf, sameAddress, saysLoopback } from "./dialer/addresses.ts";
import { createDeadline, untilAborted } from "./dialer/deadline.ts";
import { refused, timedOut, unreachable } from "./dialer/errors.ts";
import { exchange, shakeHands } from "./dialer/exchange.ts";
import { openHttpLine } from "./dialer/http-line.ts";
import {
  certificateOf,
  judgeCertificate,
  type OpenedSocket,
  openSocket,
  type SocketPlan,
  startTls,
} from "./dialer/open-socket.ts";

const DEFAULT_SECONDS = 15;
const DEFAULT_BYTES = 32 * 1024 * 1024;

export interface DialerOptions {
  /** The only places this dialer goes to. */
  readonly allow: readonly GatewayTarget[];
  readonly clock: Clock;
  /** Ports of this machine that are the hub's own: never a gateway, whatever is declared. */
  readonly ownPorts?: readonly number[];
  readonly resolveName?: (host: string) => Promise<readonly string[]>;
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly target: GatewayTarget;
}

/**
 * The one way out of the hub. A connection goes: is this host and port declared? which addresses has it now? may we
 * connect to those? then to that very address, never looked up again, and no redirect is followed.
 */
export function createDialer(options: DialerOptions): Dialer {
  const { clock } = options;
  const resolveName = options.resolveName ?? lookUp;
  const declared = options.allow.map((target) => ({ target, host: canonicalHost(target.host) }));

  function placeOf(rawHost: string, port: number): Place {
    const host = canonicalHost(rawHost);
    const where = `${rawHost}:${port}`;
    if (host === undefined) throw refused(where, "that is not a host");
    const found = declared.find((one) => one.host === host && one.target.port === port);
    if (found === undefined) throw refused(where, "the gateway declares another host or port");
    return { host, port, target: found.target };
  }

  async function addressesOf(host: string, port?: number): Promise<{ addresses: string[]; allowed: string[] }> {
    const addresses = [...(isAddress(host) ? [host] : await resolveName(host))];
    const allowed = addresses.filter((address) => {
      const reach = reachOf(address);
      if (reach === "never" || (reach === "loopback" && !saysLoopback(host))) return false;
      return port === undefined || !isOwnPort(options.ownPorts ?? [], address, port);
    });
    return { addresses, allowed };
  }

  async function open<T>(
    place: Place,
    timing: { seconds: number; doing: string; signal?: AbortSignal | undefined; sharesBuffer?: boolean },
    use: (plan: SocketPlan, opened: OpenedSocket) => Promise<T>,
  ): Promise<T> {
    const where = `${place.host}:${place.port}`;
    const late = (): CaretakerError => timedOut(where, timing.doing, timing.seconds);
    const deadline = createDeadline(clock, timing.seconds * 1000, late, timing.signal);
    try {
      const { addresses, allowed } = await untilAborted(deadline.signal, addressesOf(place.host, place.port)).catch(
        (error: unknown) => {
          throw unreachable(where, error);
        },
      );
      if (addresses.length === 0) throw unreachable(where, { code: "ENOTFOUND" });
      if (allowed.length === 0) throw refused(where, `it leads to ${addresses.join(", ")}, where no gateway may be`);
      const { host, port } = place;
      const plan = { host, port, addresses: allowed, deadline, clock, sharesBuffer: timing.sharesBuffer ?? false };
      return await use(plan, await openSocket(plan));
    } finally {
      deadline.clear();
    }
  }

  /** A socket on which a request may be sent: over TLS only after the certificate was judged. */
  async function secure(plan: SocketPlan, opened: OpenedSocket, place: Place, isTls: boolean) {
    if (!isTls) return opened.socket;
    const socket = await startTls(plan, opened.socket);
    try {
      judgeCertificate(`${place.host}:${place.port}`, certificateOf(socket), place.target);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return socket;
  }

  function placeOfUrl(
    raw: string,
    schemes: readonly [plain: string, tls: string],
  ): { url: URL; place: Place; isTls: boolean } {
    if (!URL.canParse(raw)) throw refused("that address", "it is not a URL");
    const url = new URL(raw);
    if (!schemes.includes(url.protocol))
      throw refused(url.host || "that address", `${url.protocol} is not ${schemes.join(" or ")}`);
    if (url.username !== "" || url.password !== "") throw refused(url.host, "a name or password stands in the address");
    const isTls = url.protocol === schemes[1];
    const place = placeOf(url.hostname, url.port === "" ? (isTls ? 443 : 80) : Number(url.port));
    if (place.target.tls && !isTls) throw refused(url.host, "the gateway declares TLS, and this would be without");
    url.hash = "";
    return { url, place, isTls };
  }

  return {
    async http(request: HttpRequest): Promise<HttpAnswer> {
      const { url, place, isTls } = placeOfUrl(request.url, ["http:", "https:"]);
      const timing = {
        seconds: request.timeoutSeconds ?? DEFAULT_SECONDS,
        doing: `${request.method} ${url.pathname}`,
        signal: request.signal,
      };
      return open(place, timing, async (plan, opened) => {
        const socket = await secure(plan, opened, place, isTls);
        return exchange(url, request, socket, request.maxBytes ?? DEFAULT_BYTES, plan.deadline.signal);
      });
    },

    httpLine(): HttpLine {
      return openHttpLine({
        clock,
        timing: (request) => {
          const { place } = placeOfUrl(request.url, ["http:", "https:"]);
          const seconds = request.timeoutSeconds ?? DEFAULT_SECONDS;
          return { seconds, where: `${place.host}:${place.port}`, maxBytes: request.maxBytes ?? DEFAULT_BYTES };
        },
        // Looked up and judged like any other; what is kept is the connection to that very address.
        connect: async (request, deadline) => {
          const { url, place, isTls } = placeOfUrl(request.url, ["http:", "https:"]);
          const timing = {
            seconds: deadline.left() / 1000,
            doing: `${request.method} ${url.pathname}`,
            signal: deadline.signal,
          };
          return open(place, timing, (plan, opened) => secure(plan, opened, place, isTls));
        },
      });
    },

    async webSocket(request: WebSocketRequest): Promise<DialedSocket> {
      const { url, place, isTls } = placeOfUrl(request.url, ["ws:", "wss:"]);
      const timing = {
        seconds: request.handshakeTimeoutSeconds ?? DEFAULT_SECONDS,
        doing: "opening a WebSocket",
        sharesBuffer: !isTls,
        signal: request.signal,
      };
      return open(place, timing, async (plan, opened) => {
        const socket = await secure(plan, opened, place, isTls);
        return shakeHands(
          url,
          request.headers ?? {},
          socket,
          request.maxPayloadBytes ?? DEFAULT_BYTES,
          plan.deadline.signal,
        );
      });
    },

    async resolve(rawHost) {
      const host = canonicalHost(rawHost);
      if (host === undefined || !declared.some((one) => one.host === host))
        throw refused(rawHost, "the gateway declares another host");
      return addressesOf(host).catch((error: unknown) => {
        throw unreachable(host, error);
      });
    },

    async stream({ host, port, timeoutSeconds = DEFAULT_SECONDS, signal }) {
      const place = placeOf(host, port);
      if (place.target.tls) throw refused(host, "the gateway declares TLS, and this would be without");
      return open(place, { seconds: timeoutSeconds, doing: "connecting", signal }, async (_plan, { socket }) => socket);
    },

    async connect({ host, port, timeoutSeconds = DEFAULT_SECONDS }) {
      return open(placeOf(host, port), { seconds: timeoutSeconds, doing: "connecting" }, async (_plan, opened) => {
        opened.socket.destroy();
        return { address: opened.address, milliseconds: opened.milliseconds };
      });
    },

    async certificate({ host, port, timeoutSeconds = DEFAULT_SECONDS }): Promise<CertificateSeen> {
      return open(
        placeOf(host, port),
        { seconds: timeoutSeconds, doing: "reading the certificate" },
        async (plan, opened) => {
          const socket = await startTls(plan, opened.socket);
          const seen = certificateOf(socket);
          socket.destroy();
          return seen;
        },
      );
    },
  };
}

async function lookUp(host: string): Promise<string[]> {
  return (await lookup(host, { all: true, order: "ipv4first" })).map((one) => one.address);
}

/** The hub, its database and its metrics are reached by name of this machine too, not only by loopback. */
function isOwnPort(ownPorts: readonly number[], address: string, port: number): boolean {
  if (!ownPorts.includes(port)) return false;
  if (reachOf(address) === "loopback") return true;
  return Object.values(networkInterfaces()).some((list) => list?.some((one) => sameAddress(one.address, address)));
}
