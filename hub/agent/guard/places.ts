import type { AgentPlace, GatewayTarget } from "@caretaker/protocol";
import { canonicalHost, reachOf, saysLoopback } from "@caretaker/reach/dialer/addresses.ts";

/** So many may wait for an answer; whoever asks for more is only refused. */
export const MOST_ASKED = 20;
const MOST_PLACES = 100;

export interface PlaceRules {
  /** Of the page: nobody reaches it by way of the agent. */
  readonly ownPort: number | null;
  /** Only where the home is simulated on one machine. */
  readonly mayReachOwnMachine: boolean;
}

type Place = Pick<AgentPlace, "host" | "port">;

/** Null for what is no place of a home, whoever asks for it: this machine itself, its neighbours' addresses, no host at all. */
export function placeOf({ host, port }: GatewayTarget, rules: PlaceRules): Place | null {
  const canonical = canonicalHost(host);
  if (canonical === undefined || canonical.length > 253) return null;
  if (!Number.isInteger(port) || port < 1 || port > 65_535 || port === rules.ownPort) return null;
  if (isOwnMachine(canonical) && !rules.mayReachOwnMachine) return null;
  if (isAddress(canonical) && reachOf(canonical) === "never") return null;
  return { host: canonical, port };
}

function isOwnMachine(host: string): boolean {
  return saysLoopback(host) || host.endsWith(".localhost");
}

/** A name can be told from an address once it is written as the URL standard writes it. */
function isAddress(host: string): boolean {
  return host.includes(":") || /^[\d.]+$/.test(host);
}

export function isSamePlace(one: Place, other: Place): boolean {
  return one.host === other.host && one.port === other.port;
}

export function placeWords({ host, port }: Place): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

export type Opened =
  | { readonly isAllowed: true }
  | {
      readonly isAllowed: false;
      /** All of them, with what is new noted; the same list where nothing is. */
      readonly places: readonly AgentPlace[];
      readonly why: string;
    };

/** Whether the home lets the hub go to all of these. */
export function judgeTargets(
  places: readonly AgentPlace[],
  connector: string,
  targets: readonly GatewayTarget[],
  rules: PlaceRules,
): Opened {
  let known = places;
  const against: string[] = [];
  if (targets.length === 0) return { isAllowed: false, places, why: "No place was named." };
  for (const target of targets) {
    const place = placeOf(target, rules);
    if (place === null) {
      against.push(`${target.host}:${target.port} is never reached from here`);
      continue;
    }
    const found = known.find((one) => isSamePlace(one, place));
    if (found?.allowed === "allowed") continue;
    against.push(
      found?.allowed === "refused"
        ? `somebody of the home said no to ${placeWords(place)}`
        : `somebody of the home has to allow ${placeWords(place)} on the agent's page`,
    );
    if (found === undefined) known = noted(known, { ...place, connector, allowed: "asked" });
  }
  if (against.length === 0) return { isAllowed: true };
  return { isAllowed: false, places: known, why: `Not allowed in this home: ${against.join("; ")}.` };
}

function noted(places: readonly AgentPlace[], place: AgentPlace): readonly AgentPlace[] {
  const asked = places.filter(({ allowed }) => allowed === "asked").length;
  return asked >= MOST_ASKED || places.length >= MOST_PLACES ? places : [...places, place];
}
