import { isIP } from "node:net";

/** Where passkeys of this home are made and used, as browsers check it. */
export interface PasskeyPlace {
  readonly origin: string;
  readonly rpId: string;
}

/**
 * The hub that this home was paired with, and no other place that a hub names later. Null where browsers give no passkeys:
 * without TLS, and to an address that is no name.
 */
export function passkeyPlace(hub: string): PasskeyPlace | null {
  const { origin, protocol, hostname } = new URL(hub);
  const isSecure = protocol === "https:" || hostname === "localhost";
  return isSecure && isIP(hostname.replace(/^\[|\]$/g, "")) === 0 ? { origin, rpId: hostname } : null;
}
