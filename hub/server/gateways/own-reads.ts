import {
  type CapabilityOutput,
  CaretakerError,
  type Clock,
  type Connector,
  type Dialer,
  type GatewayTarget,
  type HubReadName,
  isCaretakerError,
  isSameFingerprint,
  targetsOf,
} from "@caretaker/protocol";
import { createDeadline, untilAborted } from "@caretaker/reach/dialer/deadline.ts";
import type { GatewayRecord } from "../state/records.ts";

export interface OwnReadsDeps {
  readonly connector: Connector;
  readonly clock: Clock;
  readonly dialerFor: (targets: readonly GatewayTarget[]) => Dialer;
  /** What is stored of the gateway in the open: where it is stands there, and no secret is opened for a look. */
  readonly openPart: () => Promise<unknown>;
}

type OwnReads = { readonly [N in HubReadName]: (look: Look) => Promise<CapabilityOutput<N>> };

interface Look extends OwnReadsDeps {
  readonly gateway: GatewayRecord;
  readonly timeoutSeconds: number;
}

const OWN_READS: OwnReads = {
  "gateway.lastSeen": async ({ gateway, clock }) => lastSeen(gateway, clock.now().getTime()),
  "net.resolve": resolveName,
  "net.connect": tryDoors,
  "net.tls": readCertificate,
};

/**
 * What the hub finds out about a gateway without its session. That nothing answers is an answer; rejects with
 * `gateway_unreachable` or `gateway_timeout` only where a certificate cannot be read, and with `target_refused` where the
 * hub may not go.
 */
export function readByHub<N extends HubReadName>(
  deps: OwnReadsDeps,
  gateway: GatewayRecord,
  capability: N,
  timeoutSeconds: number,
): Promise<CapabilityOutput<N>> {
  const late = (): CaretakerError =>
    new CaretakerError(
      "gateway_timeout",
      `The hub found out nothing about ${gateway.facts.name} in ${timeoutSeconds} s.`,
      {
        meta: { capability, timeoutSeconds },
      },
    );
  const deadline = createDeadline(deps.clock, timeoutSeconds * 1000, late);
  const reading = OWN_READS[capability]({ ...deps, gateway, timeoutSeconds });
  return untilAborted(deadline.signal, reading).finally(() => deadline.clear());
}

function lastSeen({ facts, status, site }: GatewayRecord, now: number): CapabilityOutput<"gateway.lastSeen"> {
  const others = [...site.gateways.values()].filter((other) => other.facts.id !== facts.id);
  const heardAt = status.lastSeenAt > 0 ? status.lastSeenAt : null;
  return {
    isOnline: status.state === "online",
    state: status.state,
    reason: status.reason.code,
    since: new Date(status.since).toISOString(),
    lastSeenAt: heardAt === null ? null : new Date(heardAt).toISOString(),
    silentMinutes: heardAt === null ? null : Math.max(0, Math.floor((now - heardAt) / 60_000)),
    others: others.length,
    othersOnline: others.filter((other) => other.status.state === "online").length,
  };
}

async function resolveName(look: Look): Promise<CapabilityOutput<"net.resolve">> {
  const [target] = await targets(look);
  const dialer = look.dialerFor([target]);
  try {
    const { addresses, allowed } = await dialer.resolve(target.host);
    return { host: target.host, isKnown: addresses.length > 0, addresses, allowed: allowed.length };
  } catch (error) {
    if (!isCaretakerError(error, "gateway_unreachable")) throw error;
    return { host: target.host, isKnown: false, addresses: [], allowed: 0 };
  }
}

async function tryDoors(look: Look): Promise<CapabilityOutput<"net.connect">> {
  const all = await targets(look);
  const tried = await Promise.all(all.map((target) => tryDoor(look, target)));
  const [own] = tried;
  return {
    isOpen: own?.isOpen ?? false,
    milliseconds: own?.milliseconds ?? null,
    reason: own?.reason ?? null,
    doors: tried.map(({ host, port, isOpen, reason }) => ({ host, port, isOpen, reason })),
    closed: tried.filter(({ isOpen }) => !isOpen).length,
  };
}

async function tryDoor({ dialerFor, timeoutSeconds }: Look, target: GatewayTarget) {
  const { host, port } = target;
  try {
    // A little less than the whole read has, so that what did not answer is said rather than not known.
    const seconds = Math.max(1, timeoutSeconds / 2);
    const { milliseconds } = await dialerFor([target]).connect({ host, port, timeoutSeconds: seconds });
    return { host, port, isOpen: true, milliseconds, reason: null };
  } catch (error) {
    if (!isCaretakerError(error, "gateway_unreachable") && !isCaretakerError(error, "gateway_timeout")) throw error;
    const { cause } = error.meta;
    return { host, port, isOpen: false, milliseconds: null, reason: typeof cause === "string" ? cause : "no_answer" };
  }
}

const DAY = 86_400_000;

async function readCertificate(look: Look): Promise<CapabilityOutput<"net.tls">> {
  const [target] = await targets(look);
  if (!target.tls) return { ...NO_CERTIFICATE, isTls: false };
  const { host, port, pinnedCertificate } = target;
  const seen = await look.dialerFor([target]).certificate({ host, port, timeoutSeconds: look.timeoutSeconds });
  const validTo = Date.parse(seen.validTo);
  return {
    isTls: true,
    isTrusted: seen.trusted,
    isConfirmed: pinnedCertificate === undefined ? null : isSameFingerprint(pinnedCertificate, seen.fingerprint256),
    subject: seen.subject,
    issuer: seen.issuer,
    validTo: Number.isNaN(validTo) ? null : new Date(validTo).toISOString(),
    daysLeft: Number.isNaN(validTo) ? null : Math.floor((validTo - look.clock.now().getTime()) / DAY),
  };
}

const NO_CERTIFICATE = {
  isTrusted: null,
  isConfirmed: null,
  subject: null,
  issuer: null,
  validTo: null,
  daysLeft: null,
} as const;

/** Where the gateway is, its own door first. */
async function targets({ connector, openPart, gateway }: Look): Promise<readonly [GatewayTarget, ...GatewayTarget[]]> {
  const [own, ...others] = targetsOf(connector, await openPart());
  if (own !== undefined) return [own, ...others];
  throw new CaretakerError("configuration_invalid", `${gateway.facts.name} names no address. Enter it on its page.`);
}
