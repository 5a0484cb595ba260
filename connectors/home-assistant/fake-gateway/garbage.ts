import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { GarbageKind } from "./knobs.ts";

const HUGE_BYTES = 128 * 1024 * 1024;
const PIECE = Buffer.alloc(1024 * 1024, "x");

/** The frames of each kind, for a client whose subscriptions have these ids; the rest needs the bare line. */
const FRAMES: Readonly<
  Record<Exclude<GarbageKind, "invalid_utf8" | "huge">, (ids: readonly number[]) => (string | Buffer)[]>
> = {
  invalid_json: () => ['{"id":1,"type":"result" "success":true}'],
  truncated: () => ['{"id":1,"type":"event","event":{"c":{"light.ha'],
  binary: () => [Buffer.from([0, 1, 2, 3, 255, 254])],
  empty: () => [""],
  null: () => ["null"],
  number: () => ["42"],
  array_of_nulls: () => ['[null,7,"x",[null],{}]'],
  deep: () => [`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`],
  wrong_types: (ids) => WRONG_EVENTS.flatMap((body) => ids.map((id) => `{"id":${id},"type":"event","event":${body}}`)),
  unknown_subscription: () => ['{"id":987654,"type":"event","event":{"a":{}}}'],
  unknown_result: () => ['{"id":987655,"type":"result","success":true,"result":{}}'],
  prototype_keys: (ids) => ids.map((id) => `{"id":${id},"type":"event","event":${PROTOTYPE_KEYS}}`),
};

/** Looks like an answer to a subscription, and is wrong inside. */
const WRONG_EVENTS = [
  "null",
  "7",
  '"on"',
  "[]",
  "[null]",
  '{"a":null}',
  '{"a":[]}',
  '{"a":{"light.hall":null}}',
  '{"a":{"light.hall":{"s":7,"a":[],"lc":"yesterday"}}}',
  '{"c":{"light.hall":[]}}',
  '{"c":{"light.hall":{"+":null,"-":{"a":7}}}}',
  '{"c":{"light.hall":{"+":{"s":{},"a":"x","lc":{}}}}}',
  '{"r":{"light.hall":1}}',
  '{"r":[7,null]}',
  '{"c":7,"r":7,"a":7}',
];

const PROTOTYPE_KEYS =
  '{"a":{"__proto__":{"s":"on","a":{"__proto__":{"x":1}},"lc":1},"constructor":{"s":"on","a":{},"lc":1}}}';

/** Sends something that no Home Assistant sends. */
export function sendGarbage(socket: WebSocket, kind: GarbageKind, subscriptions: readonly number[], raw: Duplex): void {
  if (kind === "huge") sendHuge(raw);
  else if (kind === "invalid_utf8") raw.write(Buffer.from([0x81, 0x02, 0xc3, 0x28]));
  else for (const frame of FRAMES[kind](subscriptions)) socket.send(frame);
}

/** A frame of 128 MB, piece by piece, until the other side has had enough. */
function sendHuge(raw: Duplex): void {
  const header = Buffer.alloc(10);
  header[0] = 0x81;
  header[1] = 127;
  header.writeBigUInt64BE(BigInt(HUGE_BYTES), 2);
  raw.write(header);
  let left = HUGE_BYTES;
  const more = (): void => {
    while (left > 0 && !raw.destroyed) {
      left -= PIECE.length;
      if (!raw.write(PIECE)) {
        raw.once("drain", more);
        return;
      }
    }
  };
  raw.on("error", () => {});
  more();
}
