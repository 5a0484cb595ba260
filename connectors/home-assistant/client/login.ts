import {
  CaretakerError,
  type Clock,
  type DialedSocket,
  type Dialer,
  isCaretakerError,
  type Secret,
} from "@caretaker/protocol";
import type { Address } from "../address.ts";
import { words } from "../words.ts";

const HANDSHAKE_SECONDS = 15;
const LOGIN_SECONDS = 30;
const MAX_FRAME_BYTES = 32 * 1024 * 1024;

export interface LoginRequest {
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly address: Address;
  readonly token: Secret;
  readonly signal?: AbortSignal;
}

export interface LoggedIn {
  readonly socket: DialedSocket;
  readonly version: string;
}

/**
 * Opens the line and says who we are. Rejects with `gateway_auth_failed` only when Home Assistant itself said no: that is
 * never tried again by a machine, since a few refusals ban the whole hub.
 */
export async function logIn(request: LoginRequest): Promise<LoggedIn> {
  const { dialer, address, token } = request;
  const socket = await dialer
    .webSocket({
      url: address.webSocket,
      handshakeTimeoutSeconds: HANDSHAKE_SECONDS,
      maxPayloadBytes: MAX_FRAME_BYTES,
      ...(request.signal ? { signal: request.signal } : {}),
    })
    .catch((error: unknown) => {
      throw explainRefusal(address, error);
    });
  try {
    const answer = waitForAnswer(request, socket);
    // The greeting may have passed before we listened; the token may be sent without having heard it.
    socket.send(JSON.stringify({ type: "auth", access_token: token.reveal() }));
    return { socket, version: await answer };
  } catch (error) {
    socket.terminate();
    throw error;
  }
}

function waitForAnswer({ clock, address, signal }: LoginRequest, socket: DialedSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    let isSettled = false;
    const settle = (outcome: () => void): void => {
      if (isSettled) return;
      isSettled = true;
      cancel();
      signal?.removeEventListener("abort", handleAbort);
      outcome();
    };
    const fail = (error: CaretakerError): void => settle(() => reject(error));
    const handleAbort = (): void => settle(() => reject(signal?.reason));
    const cancel = clock.after(LOGIN_SECONDS * 1000, () =>
      fail(new CaretakerError("gateway_timeout", words.loginSilent(address.base, LOGIN_SECONDS))),
    );
    socket.on("close", () =>
      fail(
        new CaretakerError("gateway_unreachable", words.droppedAtLogin(address.base), { meta: { cause: "dropped" } }),
      ),
    );
    socket.on("message", (data, isBinary) => {
      if (isSettled) return;
      const message = isBinary ? undefined : readGreeting(data);
      if (message?.type === "auth_required") return;
      if (message?.type === "auth_ok" && message.version !== undefined) {
        const { version } = message;
        settle(() => resolve(version));
      } else if (message?.type === "auth_invalid")
        fail(new CaretakerError("gateway_auth_failed", words.tokenRefused(address.base, message.text)));
      else fail(new CaretakerError("gateway_unsupported", words.notHomeAssistant(address.base)));
    });
    if (signal?.aborted) handleAbort();
    else signal?.addEventListener("abort", handleAbort, { once: true });
  });
}

interface Greeting {
  readonly type: string;
  readonly version: string | undefined;
  readonly text: string | undefined;
}

function readGreeting(data: Buffer): Greeting | undefined {
  try {
    const { type, ha_version: version, message } = JSON.parse(data.toString()) as Record<string, unknown>;
    const text = typeof message === "string" ? message.slice(0, 200) : undefined;
    return typeof type === "string"
      ? { type, version: typeof version === "string" ? version : undefined, text }
      : undefined;
  } catch {
    return undefined;
  }
}

/** What a door that is not opened says: Home Assistant's ban, a proxy it does not trust, another program. */
function explainRefusal(address: Address, error: unknown): unknown {
  if (!isCaretakerError(error, "gateway_misbehaving")) return error;
  const { status } = error.meta;
  if (typeof status !== "number")
    return new CaretakerError("gateway_unsupported", words.notHomeAssistant(address.base), { cause: error });
  return refusalOf(address, status, error);
}

/** The error for an HTTP status of Home Assistant's WebSocket address. */
export function refusalOf(address: Address, status: number, cause?: unknown): CaretakerError {
  const meta = { status };
  if (status === 403)
    return new CaretakerError("gateway_auth_failed", words.banned(address.base), {
      cause,
      meta: { ...meta, cause: "banned" },
    });
  if (status === 400)
    return new CaretakerError("gateway_misbehaving", words.untrustedProxy(address.base), {
      cause,
      meta: { ...meta, cause: "untrusted_proxy" },
    });
  if (status === 502 || status === 503 || status === 504)
    return new CaretakerError("gateway_unreachable", words.proxyAlone(address.base, status), {
      cause,
      meta: { ...meta, cause: "proxy_alone" },
    });
  if (status >= 300 && status < 400)
    return new CaretakerError("gateway_unsupported", words.redirects(address.base), {
      cause,
      meta: { ...meta, cause: "redirects" },
    });
  return new CaretakerError("gateway_unsupported", words.notHomeAssistant(address.base), { cause, meta });
}
