import type { GatewayTarget } from "@caretaker/protocol";

/** Where a controller or the account service is. Neither speaks anything but TLS. */
export interface Address {
  /** With scheme, host and port, without a slash at the end. */
  readonly base: string;
  readonly host: string;
  readonly port: number;
}

/** Undefined when it is not the address of a server: a user, a path, a query. */
function parse(text: string): Address | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:") return undefined;
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return undefined;
  if (url.pathname !== "/" && url.pathname !== "") return undefined;
  const port = url.port === "" ? 443 : Number(url.port);
  return { base: url.origin, host: url.hostname.replace(/^\[|\]$/g, ""), port };
}

/** A controller, from what a person typed: `192.168.1.20`, `core3.local:8443`. */
export function parseController(typed: string): Address | undefined {
  const text = typed.trim();
  return parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
}

/** With its scheme: `http://` is refused, since passwords go there. */
export function parseAccountService(typed: string): Address | undefined {
  return parse(typed.trim());
}

/** The maker's own. */
export const ACCOUNT_SERVICE = "https://apis.control4.com";

export function isMakersOwn({ host }: Address): boolean {
  return host === new URL(ACCOUNT_SERVICE).hostname;
}

export function targetOf({ host, port }: Address, pinnedCertificate?: string): GatewayTarget {
  return { host, port, tls: true, ...(pinnedCertificate === undefined ? {} : { pinnedCertificate }) };
}
