import type { GatewayTarget } from "@caretaker/protocol";

/** Where a controller or the account service is. */
export interface Address {
  /** With scheme, host and port, without a slash at the end. */
  readonly base: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** Undefined when it is not the address of a server: a user, a path, a query. */
function parse(text: string, schemes: readonly string[]): Address | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !schemes.includes(url.protocol)) return undefined;
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return undefined;
  if (url.pathname !== "/" && url.pathname !== "") return undefined;
  const tls = url.protocol === "https:";
  const port = url.port === "" ? (tls ? 443 : 80) : Number(url.port);
  return { base: url.origin, host: url.hostname.replace(/^\[|\]$/g, ""), port, tls };
}

/** A controller, from what a person typed: `192.168.1.20`, `core3.local:8443`. It speaks nothing but TLS. */
export function parseController(typed: string): Address | undefined {
  const text = typed.trim();
  return parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`, ["https:"]);
}

export function parseAccountService(typed: string): Address | undefined {
  return parse(typed.trim(), ["https:", "http:"]);
}

export function targetOf({ host, port, tls }: Address, pinnedCertificate?: string): GatewayTarget {
  return { host, port, tls, ...(pinnedCertificate === undefined ? {} : { pinnedCertificate }) };
}
