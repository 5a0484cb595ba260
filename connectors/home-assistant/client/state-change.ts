/**
 * The one message that comes thousands of times a second: a state of one entity changed, and nothing else of it. It is
 * read from its bytes, since making text and then objects of it costs several times as much. Whatever is not exactly
 * of this shape is left to JSON.parse:
 *
 *   {"id":3,"type":"event","event":{"c":{"sensor.hall":{"+":{"s":"21.5","lc":1795440778.395,"c":"01M8…"}}}}}
 */
export interface StateChangeMessage {
  id: number;
  entityId: string;
  state: string | undefined;
  /** `lc` and `lu`: seconds since 1970. */
  changed: number | undefined;
  updated: number | undefined;
}

const HEAD = Buffer.from('{"id":');
const ENTITY = Buffer.from(',"type":"event","event":{"c":{"');
const ADDED = Buffer.from(':{"+":{');
const END = Buffer.from("}}}}}");
const [QUOTE, BACKSLASH, COLON, COMMA, DOT, ZERO, NINE] = [0x22, 0x5c, 0x3a, 0x2c, 0x2e, 0x30, 0x39];
const [S, C, L, U] = [0x73, 0x63, 0x6c, 0x75];
/** A double divided by one of these, both exact, is what JSON.parse makes of the same digits. */
const POWERS = Array.from({ length: 16 }, (_, index) => 10 ** index);
/** Twelve digits are beyond any id; more digits of a moment than a double holds are left to `Number`. */
const MOST_ID_DIGITS = 12;
const MOST_DIGITS = 30;

/** Overwritten with each message: whoever needs it longer takes what it needs. */
const message: StateChangeMessage = { id: 0, entityId: "", state: undefined, changed: undefined, updated: undefined };
/** Where the reading stands. -1 when it is another message. */
let at = 0;

/** Undefined for any other message, also for one that is none. */
export function readStateChange(bytes: Buffer, from: number, to: number): StateChangeMessage | undefined {
  // The end is looked at last, so what stands beyond `to` cannot be taken for a part of the message.
  at = from;
  skip(bytes, HEAD);
  message.id = readNumber(bytes, MOST_ID_DIGITS);
  skip(bytes, ENTITY);
  const entityFrom = at;
  skipText(bytes, to);
  const entityTo = at - 1;
  skip(bytes, ADDED);
  if (at === -1 || !readAdded(bytes, to)) return undefined;
  skip(bytes, END);
  if (at !== to) return undefined;
  message.entityId = bytes.toString("latin1", entityFrom, entityTo);
  return message;
}

/** `"s":"21.5","lc":1795440778.395,"c":"01M8…"`, each at most as often as it likes: the last counts, as in JSON.parse. */
function readAdded(bytes: Buffer, to: number): boolean {
  message.state = undefined;
  message.changed = undefined;
  message.updated = undefined;
  for (;;) {
    if (bytes[at] !== QUOTE) return false;
    const [first, second, third] = [bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    if (second === QUOTE && third === COLON && bytes[at + 4] === QUOTE && (first === S || first === C)) {
      const textFrom = at + 5;
      at = textFrom;
      skipText(bytes, to);
      if (at === -1) return false;
      if (first === S) message.state = bytes.toString("latin1", textFrom, at - 1);
    } else if (first === L && (second === C || second === U) && third === QUOTE && bytes[at + 4] === COLON) {
      at += 5;
      const moment = readNumber(bytes, MOST_DIGITS);
      if (at === -1) return false;
      if (second === C) message.changed = moment;
      else message.updated = moment;
    } else return false;
    if (bytes[at] !== COMMA) return at <= to;
    at += 1;
  }
}

function skip(bytes: Buffer, literal: Buffer): void {
  if (at === -1) return;
  for (let index = 0; index < literal.length; index += 1)
    if (bytes[at + index] !== literal[index]) {
      at = -1;
      return;
    }
  at += literal.length;
}

/** To behind the closing quote of a text that means what it says: printable ASCII without escapes. */
function skipText(bytes: Buffer, to: number): void {
  if (at === -1) return;
  for (; at < to; at += 1) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at += 1;
      return;
    }
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) break;
  }
  at = -1;
}

/** A number above zero without an exponent. */
function readNumber(bytes: Buffer, most: number): number {
  if (at === -1) return 0;
  const from = at;
  let digits = 0;
  let decimals = -1;
  for (; at - from <= most; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= ZERO && byte <= NINE) {
      digits = digits * 10 + (byte - ZERO);
      if (decimals >= 0) decimals += 1;
    } else if (byte === DOT && decimals === -1 && at > from) decimals = 0;
    else break;
  }
  if (at === from || at - from > most || decimals === 0 || bytes[from] === ZERO) {
    at = -1;
    return 0;
  }
  if (decimals === -1 && digits <= Number.MAX_SAFE_INTEGER) return digits;
  const power = POWERS[decimals];
  if (power !== undefined && digits <= Number.MAX_SAFE_INTEGER) return digits / power;
  return Number(bytes.toString("latin1", from, at));
}
