import { CaretakerError, type GatewayState, type LostKind, type Reason } from "@caretaker/protocol";

/** What came of trying to hold a session: what the gateway's state is now, and whether time alone may mend it. */
export interface Outcome {
  readonly state: Exclude<GatewayState, "online" | "connecting">;
  readonly reason: Reason;
  readonly isRetried: boolean;
}

const OF_LOST: Readonly<Record<LostKind, Omit<Outcome, "reason">>> = {
  unreachable: { state: "unreachable", isRetried: true },
  restarting: { state: "restarting", isRetried: true },
  misbehaving: { state: "misbehaving", isRetried: true },
  refused: { state: "credentials_refused", isRetried: false },
  withdrawn: { state: "access_withdrawn", isRetried: false },
  unsupported: { state: "unsupported", isRetried: false },
};

export function outcomeOfLost(kind: LostKind, reason: Reason, wasAccepted: boolean): Outcome {
  // Credentials that worked and now do not: the home took them back. Asking again would only get us banned.
  const told = kind === "refused" && wasAccepted ? "withdrawn" : kind;
  return { ...OF_LOST[told], reason };
}

/** A failed `connect`. `wasAccepted`: these very credentials were accepted before. */
export function outcomeOfError(error: unknown, wasAccepted: boolean): Outcome {
  const kind = error instanceof CaretakerError ? lostKindOf(error) : "misbehaving";
  return outcomeOfLost(kind, reasonOf(error), wasAccepted);
}

function lostKindOf(error: CaretakerError): LostKind {
  switch (error.code) {
    case "gateway_auth_failed":
      return "refused";
    case "gateway_access_withdrawn":
      return "withdrawn";
    case "gateway_unsupported":
    case "configuration_invalid":
    case "invalid_input":
      return "unsupported";
    case "gateway_misbehaving":
      return "misbehaving";
    default:
      return "unreachable";
  }
}

/** The dialer's own cause where it has one (`connection_refused`, `name_not_found`), else the error's code. */
function reasonOf(error: unknown): Reason {
  if (!(error instanceof CaretakerError))
    return { code: "connector_failed", detail: "The connector failed; the hub's log says how." };
  return { code: reasonCodeOf(error), detail: error.message.slice(0, 1000) };
}

function reasonCodeOf({ code, meta }: CaretakerError): string {
  if (code === "gateway_certificate_unknown")
    return `${meta.hostKey === undefined ? "certificate" : "host_key"}_${meta.changed === true ? "changed" : "unknown"}`;
  const { cause } = meta;
  return code === "gateway_unreachable" && typeof cause === "string" && /^[a-z][a-z0-9_]*$/.test(cause) ? cause : code;
}
