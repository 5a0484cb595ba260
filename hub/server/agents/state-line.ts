import type { StateChange } from "@caretaker/protocol";
import { after, afterNumber, afterText, NOWHERE, numberRead } from "@caretaker/protocol/json-bytes.ts";

/**
 * What an agent says thousands of times a second: one thing of a gateway has another state. Whatever is not exactly of
 * this shape is left to JSON.parse, which makes the same of it:
 *
 *   {"kind":"events","gatewayId":"0199…","events":[{"type":"states","full":false,"changes":[
 *   {"key":"01M8…","place":12,"state":"21.5","available":"online","since":1795440778395,"at":1795440778395}]}]}
 */
export interface StateLine {
  readonly gatewayId: string;
  readonly change: StateChange;
}

const HEAD = Buffer.from('{"kind":"events","gatewayId":"');
const KEY = Buffer.from(',"events":[{"type":"states","full":false,"changes":[{"key":"');
const PLACE = Buffer.from(',"place":');
const STATE = Buffer.from(',"state":"');
const ONLINE = Buffer.from(',"available":"online","since":');
const AT = Buffer.from(',"at":');
const END = Buffer.from("}]}]}");
/** A place is a count, and a moment is milliseconds: a whole number, which a double holds exactly. */
const MOST_DIGITS = 15;
const UUID_CHARACTERS = 36;

/** Undefined for any other message, also for one that is none. */
export function readStateLine(bytes: Buffer, from: number, to: number): StateLine | undefined {
  // The end is looked at last, so what stands beyond `to` cannot be taken for a part of the message.
  const gatewayFrom = after(bytes, from, HEAD);
  let at = afterText(bytes, gatewayFrom, to);
  const gatewayTo = at - 1;
  if (at === NOWHERE || gatewayTo - gatewayFrom !== UUID_CHARACTERS) return undefined;
  const keyFrom = after(bytes, at, KEY);
  at = afterText(bytes, keyFrom, to);
  const keyTo = at - 1;
  at = afterNumber(bytes, after(bytes, at, PLACE), MOST_DIGITS);
  const place = numberRead();
  const stateFrom = after(bytes, at, STATE);
  at = afterText(bytes, stateFrom, to);
  const stateTo = at - 1;
  at = afterNumber(bytes, after(bytes, at, ONLINE), MOST_DIGITS);
  const since = numberRead();
  at = afterNumber(bytes, after(bytes, at, AT), MOST_DIGITS);
  const moment = numberRead();
  if (after(bytes, at, END) !== to || !Number.isInteger(place)) return undefined;
  return {
    gatewayId: bytes.toString("latin1", gatewayFrom, gatewayTo),
    change: {
      key: bytes.toString("latin1", keyFrom, keyTo),
      place,
      state: bytes.toString("latin1", stateFrom, stateTo),
      available: "online",
      since,
      at: moment,
    },
  };
}
