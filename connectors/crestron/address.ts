import type { GatewayTarget } from "@caretaker/protocol";

/** Where the console of a processor is, from what a person typed: `192.168.1.10`, `cp4-rack.local:2222`. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** As it is said to people. */
  readonly where: string;
}

/** Undefined when it is no host, with or without a port. */
export function parseAddress(typed: string): Address | undefined {
  const text = `ssh://${typed.trim()}`;
  if (/[\s/@?#]/.test(typed.trim()) || !URL.canParse(text)) return undefined;
  const { hostname, port } = new URL(text);
  if (hostname === "") return undefined;
  const host = hostname.replace(/^\[|\]$/g, "");
  return { host, port: port === "" ? 22 : Number(port), where: typed.trim() };
}

/** SSH encrypts and proves itself: who is there is judged by its host key, not by a certificate. */
export function targetOf({ host, port }: Address): GatewayTarget {
  return { host, port, tls: false, scheme: "ssh" };
}

/** Where Crestron Home's REST interface is. */
export interface HomeAddress {
  /** With its scheme, without a slash at the end. */
  readonly base: string;
  readonly target: GatewayTarget;
  /** As it is said to people. */
  readonly where: string;
}

/** `192.168.1.10` is asked over HTTPS; `http://` is for a processor that has no other (CP3-R, PYNG-HUB, CP4-R V1). */
export function parseHomeAddress(typed: string): HomeAddress | undefined {
  const text = /^https?:\/\//i.test(typed.trim()) ? typed.trim() : `https://${typed.trim()}`;
  if (/[\s@?#]/.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, hostname, port, pathname, origin } = new URL(text);
  if (hostname === "" || pathname !== "/") return undefined;
  const tls = protocol === "https:";
  const host = hostname.replace(/^\[|\]$/g, "");
  const target = { host, port: port === "" ? (tls ? 443 : 80) : Number(port), tls };
  return { base: origin, target, where: typed.trim() };
}
