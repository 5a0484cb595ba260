import { CaretakerError } from "@caretaker/protocol";

export function refused(where: string, why: string): CaretakerError {
  return new CaretakerError("target_refused", `The hub does not connect to ${where}: ${why}.`, { meta: { where } });
}

export function timedOut(where: string, doing: string, seconds: number): CaretakerError {
  return new CaretakerError("gateway_timeout", `${where} did not answer within ${seconds} s (${doing}).`, {
    meta: { where, doing, seconds },
  });
}

/** What the operating system or the TLS library said, in words that tell a technician where to look. */
const CAUSES: Readonly<Record<string, readonly [cause: string, words: string]>> = {
  ECONNREFUSED: ["connection_refused", "refused the connection: nothing is listening on that port"],
  EHOSTUNREACH: ["no_route", "cannot be reached: there is no route to it from the hub"],
  ENETUNREACH: ["no_route", "cannot be reached: there is no route to its network from the hub"],
  ETIMEDOUT: ["no_answer", "did not answer"],
  ECONNRESET: ["reset", "cut the connection"],
  EPIPE: ["reset", "cut the connection"],
  ENOTFOUND: ["name_not_found", "has no address: the name is not known to the hub's DNS"],
  EAI_AGAIN: ["name_not_found", "could not be looked up: the hub's DNS does not answer"],
};

/** What Node throws before anything is sent: a gateway gave us a token with a line break in it, say. */
const UNSPEAKABLE: ReadonlySet<string> = new Set([
  "ERR_INVALID_CHAR",
  "ERR_INVALID_HTTP_TOKEN",
  "ERR_UNESCAPED_CHARACTERS",
  "ERR_HTTP_INVALID_HEADER_VALUE",
]);

export function unreachable(where: string, error: unknown): CaretakerError {
  if (error instanceof CaretakerError) return error;
  const { code = "", message = String(error) } = error as { code?: string; message?: string };
  if (code.startsWith("HPE_") || code === "ERR_HTTP_INVALID_STATUS_CODE")
    return misbehaving(where, "answered with something that is not HTTP", error);
  if (UNSPEAKABLE.has(code))
    return misbehaving(
      where,
      "is to be told something that HTTP cannot say: a token, or an address, that no gateway gives",
      error,
    );
  const [cause, words] = CAUSES[code] ?? failedOtherwise(code, message);
  return new CaretakerError("gateway_unreachable", `${where} ${words}.`, {
    cause: error,
    meta: { where, cause, code },
  });
}

function failedOtherwise(code: string, message: string): readonly [string, string] {
  if (code === "EPROTO" || code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS"))
    return ["tls_failed", "does not speak TLS on that port, or a kind that is no longer safe"];
  if (/socket hang up|closed before/.test(message)) return ["reset", "closed the connection before it answered"];
  return ["failed", `could not be reached (${code || message})`];
}

export function misbehaving(where: string, words: string, cause?: unknown, meta: Record<string, unknown> = {}) {
  return new CaretakerError("gateway_misbehaving", `${where} ${words}.`, { cause, meta: { where, ...meta } });
}
