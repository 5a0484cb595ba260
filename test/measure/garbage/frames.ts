import { randomBytes } from "node:crypto";
import type { Random } from "../random.ts";

/** One thing that a gateway says over a WebSocket, as bytes on the line. */
export interface Drawn {
  readonly kind: string;
  readonly bytes: Buffer;
}

const TEXT = 1;
const BINARY = 2;

/** Ids that a client may have given out, and one that it has not. */
const id = (random: Random): unknown =>
  random.below(8) === 0 ? random.pick([0, -1, 1e300, "7", null, 999_999]) : 1 + random.below(40);

const GARDEN = "light.garden_lamp";
/** What a Home Assistant says, before something is made of it. */
const REAL: readonly ((random: Random) => unknown)[] = [
  (random) => event(random, { c: { [GARDEN]: { "+": { s: "on", lc: 1_790_000_000.5, a: { brightness: 7 } } } } }),
  (random) =>
    event(random, { a: { [GARDEN]: { s: "off", a: { friendly_name: "Garden" }, c: "01X", lc: 1_790_000_000 } } }),
  (random) => event(random, { c: { [GARDEN]: { "-": { a: ["brightness"] } } } }),
  (random) => event(random, { event_type: "entity_registry_updated", data: { action: "update", entity_id: GARDEN } }),
  (random) =>
    event(random, [{ type: "updated", entry: { entry_id: "x", domain: "hue", state: "loaded", reason: null } }]),
  (random) =>
    event(random, {
      event_type: "mobile_app_notification_action",
      data: { action: "ct-1" },
      context: { user_id: "u" },
    }),
  (random) => ({
    id: id(random),
    type: "result",
    success: true,
    result: { version: "2026.11.0", state: "RUNNING", components: [] },
  }),
  (random) => ({
    id: id(random),
    type: "result",
    success: true,
    result: [{ entity_id: GARDEN, id: "x", platform: "hue" }],
  }),
  (random) => ({ id: id(random), type: "result", success: false, error: { code: "unknown_error", message: "No" } }),
  (random) => ({ id: id(random), type: "pong" }),
];

const event = (random: Random, body: unknown): unknown => ({ id: id(random), type: "event", event: body });

const KINDS: Readonly<Record<string, (random: Random) => Buffer>> = {
  "random text": (random) => frame(TEXT, Buffer.from(randomBytes(random.below(300)).toString("latin1"))),
  "cut short": (random) => {
    const text = JSON.stringify(random.pick(REAL)(random));
    return frame(TEXT, Buffer.from(text.slice(0, random.below(text.length))));
  },
  "a letter changed": (random) => {
    const bytes = Buffer.from(JSON.stringify(random.pick(REAL)(random)));
    bytes[random.below(bytes.length)] = 32 + random.below(95);
    return frame(TEXT, bytes);
  },
  "valid but wrong": (random) => json(mutated(random, random.pick(REAL)(random))),
  "wrong all through": (random) => json(event(random, anything(random, 4))),
  "an answer to anything": (random) =>
    json({
      id: id(random),
      type: random.pick(["result", "pong", "event", "auth_ok", "auth_invalid", 7]),
      success: true,
      result: anything(random, 4),
    }),
  "several at once": (random) =>
    json(
      Array.from({ length: 1 + random.below(6) }, () =>
        random.below(2) === 0 ? anything(random, 2) : mutated(random, random.pick(REAL)(random)),
      ),
    ),
  binary: (random) => frame(BINARY, randomBytes(random.below(200))),
  "not UTF-8": (random) =>
    frame(TEXT, Buffer.concat([Buffer.from("{"), randomBytes(1 + random.below(60)), Buffer.from([0xc3, 0x28])])),
  "no frame": (random) => randomBytes(2 + random.below(60)),
  "a bad frame": (random) =>
    frame(random.pick([0, 3, 7, 8, 9, 10, 11, 15]), randomBytes(random.below(140)), random.below(2) === 0),
  deep: (random) => {
    const depth = 100 + random.below(20_000);
    return frame(
      TEXT,
      Buffer.from(
        `{"id":${1 + random.below(40)},"type":"event","event":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`,
      ),
    );
  },
  large: (random) =>
    random.below(20) === 0
      ? json(
          event(random, {
            a: Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`light.x${at}`, { s: "on", a: {} }])),
          }),
        )
      : json(event(random, { c: { [GARDEN]: { "+": { s: "x".repeat(random.below(100_000)) } } } })),
  "longer than it may be": (random) => header(TEXT, 2 ** (26 + random.below(20)), true),
};

const NAMES = Object.keys(KINDS);

export function drawFrame(random: Random): Drawn {
  const kind = random.pick(NAMES);
  return { kind, bytes: KINDS[kind]?.(random) ?? Buffer.alloc(0) };
}

function json(value: unknown): Buffer {
  return frame(TEXT, Buffer.from(JSON.stringify(value)));
}

const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  4_294_967_296,
  "",
  "on",
  "__proto__",
  "\u0000",
  "2026-13-45T99:99:99Z",
  [],
  {},
  [[null]],
  [GARDEN, 7],
  { constructor: { prototype: { x: 1 } } },
];

function anything(random: Random, depth: number): unknown {
  if (depth === 0 || random.below(3) === 0) return random.pick(STRANGE);
  const size = random.below(4);
  if (random.below(2) === 0) return Array.from({ length: size }, () => anything(random, depth - 1));
  const keys = ["a", "c", "r", "+", "-", "s", "lc", GARDEN, "event_type", "data", "constructor", "toString", "entry"];
  return Object.fromEntries(Array.from({ length: size }, () => [random.pick(keys), anything(random, depth - 1)]));
}

/** With one thing in it replaced, left out, or named as no object should be. */
function mutated(random: Random, value: unknown): unknown {
  if (typeof value !== "object" || value === null || random.below(5) === 0) return anything(random, 2);
  if (Array.isArray(value)) return value.map((one) => (random.below(2) === 0 ? mutated(random, one) : one));
  const entries = Object.entries(value);
  const at = random.below(entries.length);
  return Object.fromEntries(
    entries.flatMap(([key, one], place): [string, unknown][] => {
      if (place !== at) return [[key, one]];
      if (random.below(6) === 0) return [];
      return [[random.below(8) === 0 ? random.pick(["__proto__", "constructor", ""]) : key, mutated(random, one)]];
    }),
  );
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
