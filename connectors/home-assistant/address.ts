import type { GatewayTarget } from "@caretaker/protocol";

const DEFAULT_PORT = "8123";

/**
 * Beneath which path the Supervisor hands on to Home Assistant, for its apps: `http://supervisor/core`. What an app says to it
 * there, it says with a token of its own.
 */
const PROXY_PATH = "/core";

/** Where a Home Assistant is, from what a person typed: `homeassistant.local`, `192.168.1.20:8123`, `https://home.example`. */
export interface Address {
  /** With scheme, host and port, and the proxy's path; without a slash at the end. */
  readonly base: string;
  readonly webSocket: string;
  /** The Supervisor stands in between: it hands on what is asked of `/api`, and nothing else. */
  readonly isProxied: boolean;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** Undefined when it is not the address of a server: another scheme, a user, a path that is not the proxy's, a query. */
export function parseAddress(typed: string): Address | undefined {
  const text = typed.trim();
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const url = parseUrl(hasScheme ? text : `http://${text}`);
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return undefined;
  const path = url.pathname.replace(/\/$/, "");
  if (path !== "" && path !== PROXY_PATH) return undefined;
  // A bare name means what Home Assistant's own documentation means by it.
  if (!hasScheme && url.port === "" && !/:80\/?$/.test(text)) url.port = DEFAULT_PORT;
  const tls = url.protocol === "https:";
  const isProxied = path === PROXY_PATH;
  const webSocketPath = isProxied ? `${PROXY_PATH}/websocket` : "/api/websocket";
  return {
    base: `${url.origin}${path}`,
    webSocket: `${tls ? "wss" : "ws"}://${url.host}${webSocketPath}`,
    isProxied,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (tls ? 443 : 80) : Number(url.port),
    tls,
  };
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

export function targetOf(address: Address, pinnedCertificate: string | undefined): GatewayTarget {
  const { host, port, tls } = address;
  return { host, port, tls, ...(pinnedCertificate === undefined ? {} : { pinnedCertificate }) };
}
