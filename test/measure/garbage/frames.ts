import { randomBytes } from "node:crypto";
import type { Random } from "../random.ts";
import { drawSaid, type Said, type Speech } from "./speech.ts";

const TEXT = 1;
const BINARY = 2;

/** What is wrong with a frame itself, whatever it says. */
const BAD: Readonly<Record<string, (random: Random) => Buffer>> = {
  binary: (random) => frame(BINARY, randomBytes(random.below(200))),
  "no frame": (random) => randomBytes(2 + random.below(60)),
  "a bad frame": (random) =>
    frame(random.pick([0, 3, 7, 8, 9, 10, 11, 15]), randomBytes(random.below(140)), random.below(2) === 0),
  "longer than it may be": (random) => header(TEXT, 2 ** (26 + random.below(20)), true),
};
const NAMES = Object.keys(BAD);

/** One thing that a gateway says over a WebSocket, as bytes on the line; of so many one is wrong already as a frame. */
export function drawFrame(random: Random, speech: Speech, badEvery: number): Said {
  if (random.below(badEvery) === 0) {
    const kind = random.pick(NAMES);
    return { kind, bytes: BAD[kind]?.(random) ?? Buffer.alloc(0) };
  }
  const { kind, bytes } = drawSaid(random, speech);
  return { kind, bytes: frame(TEXT, bytes) };
}

/** As a server writes it: without a mask. */
function frame(opcode: number, payload: Buffer, isFinal = true): Buffer {
  return Buffer.concat([header(opcode, payload.length, isFinal), payload]);
}

function header(opcode: number, length: number, isFinal: boolean): Buffer {
  const first = (isFinal ? 0x80 : 0) | opcode;
  if (length < 126) return Buffer.from([first, length]);
  if (length < 65_536) return Buffer.from([first, 126, length >> 8, length & 255]);
  const bytes = Buffer.alloc(10);
  bytes[0] = first;
  bytes[1] = 127;
  bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}
