/**
 * For the few messages that come thousands of times a second: read from their bytes, since making text and then objects of
 * them costs several times as much. Each takes the place where something should stand and returns the place behind it,
 * or `NOWHERE`; whatever is not sure to be what JSON.parse would read is left to it. The place is handed on rather than kept
 * in a variable of the module, which would be written to memory with every byte.
 */
export const NOWHERE = -1;

const [QUOTE, BACKSLASH, DOT, ZERO, NINE] = [0x22, 0x5c, 0x2e, 0x30, 0x39];
/** A double divided by one of these, both exact, is what JSON.parse makes of the same digits. */
const POWERS = Array.from({ length: 16 }, (_, index) => 10 ** index);
/** What `afterNumber` read. */
let value = 0;

export function numberRead(): number {
  return value;
}

/** Behind these very bytes. */
export function after(bytes: Buffer, at: number, literal: Buffer): number {
  if (at === NOWHERE) return NOWHERE;
  for (let index = 0; index < literal.length; index += 1) if (bytes[at + index] !== literal[index]) return NOWHERE;
  return at + literal.length;
}

/** A text that means what it says, with its closing quote: printable ASCII without escapes. */
export function afterText(bytes: Buffer, from: number, to: number): number {
  if (from === NOWHERE) return NOWHERE;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) break;
  }
  return NOWHERE;
}

/** A number above zero without an exponent, which `numberRead` then tells. */
export function afterNumber(bytes: Buffer, from: number, most: number): number {
  if (from === NOWHERE) return NOWHERE;
  let at = from;
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
  if (at === from || at - from > most || decimals === 0 || bytes[from] === ZERO) return NOWHERE;
  const power = POWERS[Math.max(0, decimals)];
  value =
    power !== undefined && digits <= Number.MAX_SAFE_INTEGER
      ? digits / power
      : Number(bytes.toString("latin1", from, at));
  return at;
}
