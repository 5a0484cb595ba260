import ipaddr from "ipaddr.js";

/** `never` is refused whatever is declared; `loopback` only where this exact host and port are declared. */
export type Reach = "allowed" | "loopback" | "never";

const ALLOWED: ReadonlySet<string> = new Set(["unicast", "private", "carrierGradeNat", "uniqueLocal"]);

/** Clouds answer with keys to their machines at these; the ones in link-local ranges are refused with those. */
const METADATA: ReadonlySet<string> = new Set(["168.63.129.16", "100.100.100.200", "fd00:ec2::254", "fd20:ce::254"]);

/**
 * Whether the hub may ever connect to this address. Gateways live on private networks, so those are allowed; what only
 * a machine itself, its neighbours on the wire, or its cloud can mean is not.
 */
export function reachOf(address: string): Reach {
  if (!ipaddr.isValid(address) || address.includes("%")) return "never";
  // Also unwraps ::ffff:127.0.0.1, so an address cannot hide in another family.
  const parsed = ipaddr.process(address);
  if (METADATA.has(parsed.toString())) return "never";
  const range = parsed.range();
  if (range === "loopback") return "loopback";
  return ALLOWED.has(range) ? "allowed" : "never";
}

/** Whether the host is an address already, so that no name has to be looked up. */
export function isAddress(host: string): boolean {
  return ipaddr.isValid(host);
}

/** One spelling per address: v4 for what is v4 in v6, no leading zeros. */
export function sameAddress(left: string, right: string): boolean {
  if (!ipaddr.isValid(left) || !ipaddr.isValid(right)) return false;
  return ipaddr.process(left).toString() === ipaddr.process(right).toString();
}

/**
 * A host as the URL standard writes it: lower case, IDN in ASCII, every spelling of a v4 address in dots, v6 without
 * brackets. Undefined for what is not a host alone.
 */
export function canonicalHost(host: string): string | undefined {
  const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  if (/[/\\?#@\s]/.test(bracketed) || !URL.canParse(`http://${bracketed}/`)) return undefined;
  const url = new URL(`http://${bracketed}/`);
  if (url.port !== "" || url.hostname === "" || url.pathname !== "/") return undefined;
  return url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

/** Whether the declared host itself says "this machine": a name that merely resolves to loopback does not. */
export function saysLoopback(host: string): boolean {
  return host === "localhost" || reachOf(host) === "loopback";
}
