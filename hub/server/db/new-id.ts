import { randomBytes } from "node:crypto";

let lastNow = 0;
let counter = 0;

/**
 * A UUID of version 7 (RFC 9562): 48 bits of milliseconds, 12 bits that count up within one (its method 1), then random
 * bits, so that ids made later sort later. Made in code, since Postgres has its own only from 18.
 */
export function newId<Id extends string>(now: number = Date.now()): Id {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  // A new millisecond begins low, so that there is room to count; 2,048 ids in one are more than a hub ever makes.
  counter = now === lastNow ? (counter + 1) & 0xfff : bytes.readUInt16BE(6) & 0x7ff;
  lastNow = now;
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Id;
}
