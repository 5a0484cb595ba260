import { after, afterNumber, afterText, NOWHERE, numberRead } from "@caretaker/protocol/json-bytes.ts";

/**
 * The one message that comes thousands of times a second: a state of one entity changed, and nothing else of it. It is
 * read from its bytes, since making text and then objects of it costs several times as much. Whatever is not exactly
 * of this shape is left to JSON.parse:
 *
 *   {"id":3,"type":"event","event":{"c":{"sensor.hall":{"+":{"s":"21.5","lc":1795440778.395,"c":"01M8…"}}}}}
 */
export interface StateChangeMessage {
  readonly id: number;
  /** Where the entity's id stands in the bytes of the message. */
  readonly bytes: Buffer;
  readonly entityFrom: number;
  readonly entityTo: number;
  readonly state: string | undefined;
  /** Where the state stands in them. */
  readonly stateFrom: number;
  /** `lc` and `lu`: seconds since 1970. */
  readonly changed: number | undefined;
  readonly updated: number | undefined;
}

const HEAD = Buffer.from('{"id":');
const ENTITY = Buffer.from(',"type":"event","event":{"c":{"');
const ADDED = Buffer.from(':{"+":{');
const END = Buffer.from("}}}}}");
const [QUOTE, COLON, COMMA] = [0x22, 0x3a, 0x2c];
const [S, C, L, U] = [0x73, 0x63, 0x6c, 0x75];
/** Twelve digits are beyond any id; more digits of a moment than a double holds are left to `Number`. */
const MOST_ID_DIGITS = 12;
const MOST_DIGITS = 30;

/** Overwritten with each message: whoever needs it longer takes what it needs. */
const message = {
  id: 0,
  bytes: Buffer.alloc(0) as Buffer,
  entityFrom: 0,
  entityTo: 0,
  state: undefined as string | undefined,
  stateFrom: 0,
  changed: undefined as number | undefined,
  updated: undefined as number | undefined,
};
/** Undefined for any other message, also for one that is none. */
export function readStateChange(bytes: Buffer, from: number, to: number): StateChangeMessage | undefined {
  // The end is looked at last, so what stands beyond `to` cannot be taken for a part of the message.
  let at = after(bytes, from, HEAD);
  at = afterNumber(bytes, at, MOST_ID_DIGITS);
  const id = numberRead();
  at = after(bytes, at, ENTITY);
  const entityFrom = at;
  at = afterText(bytes, at, to);
  const entityTo = at - 1;
  at = after(bytes, at, ADDED);
  if (at !== NOWHERE) at = afterAdded(bytes, at, to);
  if (after(bytes, at, END) !== to) return undefined;
  message.id = id;
  message.bytes = bytes;
  message.entityFrom = entityFrom;
  message.entityTo = entityTo;
  return message;
}

/** `"s":"21.5","lc":1795440778.395,"c":"01M8…"`, each at most as often as it likes: the last counts, as in JSON.parse. */
function afterAdded(bytes: Buffer, from: number, to: number): number {
  let at = from;
  message.state = undefined;
  message.changed = undefined;
  message.updated = undefined;
  for (;;) {
    if (bytes[at] !== QUOTE) return NOWHERE;
    const [first, second, third] = [bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    if (second === QUOTE && third === COLON && bytes[at + 4] === QUOTE && (first === S || first === C)) {
      const textFrom = at + 5;
      at = afterText(bytes, textFrom, to);
      if (at === NOWHERE) return NOWHERE;
      if (first === S) {
        message.state = bytes.toString("latin1", textFrom, at - 1);
        message.stateFrom = textFrom;
      }
    } else if (first === L && (second === C || second === U) && third === QUOTE && bytes[at + 4] === COLON) {
      at = afterNumber(bytes, at + 5, MOST_DIGITS);
      if (at === NOWHERE) return NOWHERE;
      if (second === C) message.changed = numberRead();
      else message.updated = numberRead();
    } else return NOWHERE;
    if (bytes[at] !== COMMA) return at;
    at += 1;
  }
}
