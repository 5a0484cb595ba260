import type { GatewayTarget } from "@caretaker/protocol";

/** Where a panel is, from what a person typed: `192.168.1.50`, `hall-panel.local`, `https://192.168.1.50:8443`. */
export interface Address {
  /** With scheme, host and port, without a slash at the end. */
  readonly base: string;
  readonly webSocket: string;
  readonly host: string;
  readonly port: number;
}

/** Undefined when it is no address of a panel. It speaks TLS only: a password in the clear is never sent. */
export function parseAddress(typed: string): Address | undefined {
  const text = typed.trim();
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const whole = hasScheme ? text : `https://${text}`;
  if (!URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  if (url.protocol !== "https:" || url.username !== "" || url.password !== "") return undefined;
  if (url.search !== "" || url.hash !== "" || (url.pathname !== "/" && url.pathname !== "")) return undefined;
  return {
    base: url.origin,
    webSocket: `wss://${url.host}/websockify`,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? 443 : Number(url.port),
  };
}

export function targetOf({ host, port }: Address, pinnedCertificate: string | undefined): GatewayTarget {
  return { host, port, tls: true, ...(pinnedCertificate === undefined ? {} : { pinnedCertificate }) };
}
