import { connect as connectNet, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import {
  CaretakerError,
  type CertificateSeen,
  type Clock,
  type GatewayTarget,
  isSameFingerprint,
} from "@caretaker/protocol";
import { asError, type Deadline } from "./deadline.ts";
import { unreachable } from "./errors.ts";
import { connectSharing } from "./shared-reads.ts";

export interface SocketPlan {
  readonly host: string;
  readonly port: number;
  /** Checked addresses: the socket goes to the first of these that answers and nowhere else. */
  readonly addresses: readonly string[];
  readonly deadline: Deadline;
  readonly clock: Clock;
  /** For a socket on which very many small messages come. */
  readonly sharesBuffer?: boolean;
}

export interface OpenedSocket {
  readonly socket: Socket;
  readonly address: string;
  readonly milliseconds: number;
}

/** Tries one address after the other; each gets its share of the time that is left. */
export async function openSocket(plan: SocketPlan): Promise<OpenedSocket> {
  let failure: unknown;
  for (const [index, address] of plan.addresses.entries()) {
    const began = plan.clock.monotonic();
    const share = plan.deadline.left() / (plan.addresses.length - index);
    try {
      const socket = await connectOnce(plan, address, share);
      return { socket, address, milliseconds: Math.round(plan.clock.monotonic() - began) };
    } catch (error) {
      if (plan.deadline.signal.aborted) throw asError(plan.deadline.signal.reason);
      failure = error;
    }
  }
  throw unreachable(`${plan.host}:${plan.port}`, failure);
}

function connectOnce(plan: SocketPlan, address: string, milliseconds: number): Promise<Socket> {
  const { signal } = plan.deadline;
  return new Promise((resolve, reject) => {
    const options = { host: address, port: plan.port, noDelay: true, keepAlive: true };
    const socket = plan.sharesBuffer ? connectSharing(options) : connectNet(options);
    const fail = (error: unknown): void => {
      settle();
      socket.on("error", () => {});
      socket.destroy();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const handleAbort = (): void => fail(signal.reason);
    const cancel = plan.clock.after(milliseconds, () => fail(Object.assign(new Error("late"), { code: "ETIMEDOUT" })));
    const settle = (): void => {
      cancel();
      signal.removeEventListener("abort", handleAbort);
      socket.off("error", fail);
      socket.off("connect", handleConnect);
    };
    const handleConnect = (): void => {
      settle();
      resolve(socket);
    };
    socket.once("connect", handleConnect);
    socket.once("error", fail);
    if (signal.aborted) handleAbort();
    else signal.addEventListener("abort", handleAbort, { once: true });
  });
}

/** Shakes hands over an open socket, whatever certificate is shown: nothing of ours is sent before it is judged. */
export function startTls(plan: SocketPlan, socket: Socket): Promise<TLSSocket> {
  const { signal } = plan.deadline;
  return new Promise((resolve, reject) => {
    const secure = connectTls({
      socket,
      host: plan.host,
      servername: isIP(plan.host) === 0 ? plan.host : "",
      ALPNProtocols: ["http/1.1"],
      // Judged by `judgeCertificate`, which can also say what was shown.
      rejectUnauthorized: false,
    });
    const fail = (error: unknown): void => {
      settle();
      secure.on("error", () => {});
      secure.destroy();
      socket.destroy();
      reject(signal.aborted ? asError(signal.reason) : unreachable(`${plan.host}:${plan.port}`, asTlsError(error)));
    };
    const handleAbort = (): void => fail(signal.reason);
    const handleClose = (): void => fail(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
    const settle = (): void => {
      signal.removeEventListener("abort", handleAbort);
      secure.off("error", fail);
      secure.off("close", handleClose);
    };
    secure.once("secureConnect", () => {
      settle();
      resolve(secure);
    });
    secure.once("error", fail);
    secure.once("close", handleClose);
    if (signal.aborted) handleAbort();
    else signal.addEventListener("abort", handleAbort, { once: true });
  });
}

/** A plain HTTP server answers a TLS greeting by hanging up or with text: both mean that it does not speak TLS. */
function asTlsError(error: unknown): unknown {
  const { code } = error as { code?: string };
  return code === "ECONNRESET" || code === "EPIPE"
    ? Object.assign(new Error("tls", { cause: error }), { code: "EPROTO" })
    : error;
}

export function certificateOf(socket: TLSSocket): CertificateSeen {
  const certificate = socket.getPeerX509Certificate();
  const reason = socket.authorized ? undefined : String(socket.authorizationError ?? "unknown");
  return {
    fingerprint256: certificate?.fingerprint256 ?? "",
    subject: (certificate?.subject ?? "").replaceAll("\n", ", "),
    issuer: (certificate?.issuer ?? "").replaceAll("\n", ", "),
    validFrom: isoOf(certificate?.validFrom),
    validTo: isoOf(certificate?.validTo),
    trusted: socket.authorized,
    ...(reason === undefined ? {} : { reason }),
  };
}

function isoOf(moment: string | undefined): string {
  const parsed = new Date(moment ?? Number.NaN);
  return Number.isNaN(parsed.getTime()) ? "" : parsed.toISOString();
}

/** With a pin only that certificate will do, also where another one is signed well, unless a person chose that any will. */
export function judgeCertificate(
  where: string,
  seen: CertificateSeen,
  { pinnedCertificate: pinned, acceptsAnyCertificate = false }: JudgedTarget,
): void {
  if (acceptsAnyCertificate) return;
  if (pinned !== undefined && isSameFingerprint(pinned, seen.fingerprint256)) return;
  if (pinned === undefined && seen.trusted) return;
  const isChanged = pinned !== undefined;
  throw new CaretakerError(
    "gateway_certificate_unknown",
    isChanged
      ? `${where} shows another certificate than the one that was confirmed. Nothing was sent. Ask the home whether it was renewed, then confirm the new one.`
      : `${where} shows a certificate that nobody vouches for (${seen.reason ?? "not trusted"}). Nothing was sent. Compare its fingerprint and confirm it, or install a trusted one.`,
    { meta: { where, changed: isChanged, certificate: seen } },
  );
}

type JudgedTarget = Pick<GatewayTarget, "pinnedCertificate" | "acceptsAnyCertificate">;
