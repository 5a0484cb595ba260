import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

export interface DoorRules {
  /** Names that the page may be opened by, besides addresses and names of this network. */
  readonly names: readonly string[];
  /** Behind Home Assistant's own door: the only address that may knock. Null where the page stands by itself. */
  readonly ingress: string | null;
}

/** Where Home Assistant's Supervisor knocks from, in every home. */
export const SUPERVISOR = "172.30.32.2";

/**
 * Whether the page may be shown to this request. A page on the internet can make its own name mean an address of this
 * network, and would then read ours as if it were its own: so the name has to be one that only this network gives.
 */
export function isLetIn({ headers, socket }: IncomingMessage, { names, ingress }: DoorRules): boolean {
  if (ingress !== null) return (socket.remoteAddress ?? "").replace(/^::ffff:/, "") === ingress;
  const host = hostOf(headers.host);
  if (host === null) return false;
  const isOfNetwork = host === "localhost" || host.endsWith(".local") || host.endsWith(".home.arpa");
  return isIP(host) !== 0 || isOfNetwork || names.some((name) => name.toLowerCase() === host);
}

/** Whether a form was sent by our own page. */
export function isFromPage({ headers }: IncomingMessage, { ingress }: DoorRules): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return false;
  const { origin } = headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  const ours = [headers.host, ...(ingress !== null ? [headers["x-forwarded-host"]] : [])];
  return ours.some((host) => typeof host === "string" && host.toLowerCase() === new URL(origin).host);
}

/** Beneath which path the browser sees the page; `/` where it is not behind Home Assistant's door. */
export function pathBefore({ headers }: IncomingMessage, { ingress }: DoorRules): string {
  const said = headers["x-ingress-path"];
  return ingress !== null && typeof said === "string" && /^(\/[A-Za-z0-9_-]+)+$/.test(said) ? `${said}/` : "/";
}

function hostOf(header: string | undefined): string | null {
  if (header === undefined || !URL.canParse(`http://${header}`)) return null;
  const { hostname, username, pathname } = new URL(`http://${header}`);
  if (username !== "" || pathname !== "/") return null;
  return hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}
