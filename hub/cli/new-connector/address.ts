import type { GatewayTarget } from "@caretaker/protocol";

/** Where nothing else was typed. */
const PORT = 4700;

export interface Address {
  readonly host: string;
  readonly port: number;
  /** As a technician reads it. */
  readonly where: string;
}

/** Where a gateway is, from what a person typed: `192.168.1.60`, `toy.local:4701`. Undefined when it is no address. */
export function parseAddress(typed: string): Address | undefined {
  const whole = `tcp://${typed.trim()}`;
  if (!URL.canParse(whole)) return undefined;
  const { hostname, port, pathname, search, hash, username } = new URL(whole);
  if (hostname === "" || username !== "" || pathname.length > 1 || search !== "" || hash !== "") return undefined;
  const host = hostname.replace(/^\[|\]$/g, "");
  return { host, port: port === "" ? PORT : Number(port), where: `${hostname}:${port === "" ? PORT : port}` };
}

export function targetOf({ host, port }: Address): GatewayTarget {
  return { host, port, tls: false };
}
