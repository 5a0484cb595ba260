import { AGENT_PATH, CaretakerError } from "@caretaker/protocol";
import { readCode } from "@caretaker/reach/agent-proof.ts";

/** Where the hub is, as `https://care.example.com`; and the code, where the whole link of the picture was given. */
export interface HubAddress {
  readonly origin: string;
  readonly code: string | null;
}

/**
 * Reads the hub's address, or the whole link that its picture holds. Without TLS it is refused, but for a hub on this very
 * machine: what is said of a home must not be read on the way.
 */
export function readHubAddress(text: string): HubAddress {
  const given = text.trim();
  const whole = /^[a-z]+:\/\//i.test(given) ? given : `https://${given}`;
  if (!URL.canParse(whole)) throw invalid(`${given} is not an address. It looks like https://care.example.com.`);
  const url = new URL(whole);
  if (url.username !== "" || url.password !== "") throw invalid("The hub's address has no name or password in it.");
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isHere))
    throw invalid(`${url.protocol}// would be readable on the way. Use the hub's https:// address.`);
  const isPlace = url.pathname === "/" || url.pathname === AGENT_PATH;
  if (!isPlace || url.search !== "") throw invalid("The hub's address ends after its name and port.");
  if (url.hash === "") return { origin: url.origin, code: null };
  const code = readCode(url.hash.slice(1));
  if (code === null) throw invalid("The code in that link is not whole. Scan the picture again, or type the code.");
  return { origin: url.origin, code };
}

/** Where the agent opens its line: `wss://care.example.com/agent`. */
export function lineAddress(origin: string): string {
  return `${origin.replace(/^http/, "ws")}${AGENT_PATH}`;
}

function invalid(message: string): CaretakerError {
  return new CaretakerError("invalid_input", message);
}
