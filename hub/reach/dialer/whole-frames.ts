import type { Socket } from "node:net";
import type { DialedSocket } from "@caretaker/protocol";
import type { WebSocket } from "ws";
import { readsOf } from "./open-socket.ts";

/** What `ws` keeps of what it was handed. Not for others to see: where it is named otherwise, nothing is offered. */
interface Receiver {
  readonly _state?: number;
  readonly _bufferedBytes?: number;
  readonly _fragmented?: number;
}

type Take = (bytes: Buffer, from: number, to: number) => boolean;

/** Text, whole, in one frame. */
const WHOLE_TEXT = 0x81;

/**
 * Lets the holder of a WebSocket look at text frames that came whole, in the buffer they were read into. What it does not
 * take goes to `ws` with all that came behind it, in order: `ws` alone knows fragments, pings, closes and mistakes.
 */
export function offerWholeFrames(webSocket: WebSocket, socket: Socket): DialedSocket {
  const reads = readsOf(socket);
  const dialed = webSocket as unknown as DialedSocket;
  if (reads === undefined) return dialed;
  const offer = (take: Take): void => {
    // Asked of `ws` only after it was handed something: this runs ten thousand times a second.
    let isBetween = false;
    reads.take = (bytes, count) => {
      if (!isBetween && !isBetweenFrames(webSocket, socket)) return 0;
      const taken = takeFrames(bytes, count, take);
      isBetween = taken === count;
      return taken;
    };
  };
  return Object.assign(dialed, { offer });
}

function takeFrames(bytes: Buffer, count: number, take: Take): number {
  let at = 0;
  while (at + 2 <= count && bytes[at] === WHOLE_TEXT) {
    const short = bytes[at + 1] as number;
    // A longer one is rare, and a mask is a mistake.
    if (short > 126) return at;
    const from = at + (short === 126 ? 4 : 2);
    if (from > count) return at;
    const to = from + (short === 126 ? bytes.readUInt16BE(at + 2) : short);
    if (to > count || !take(bytes, from, to)) return at;
    at = to;
  }
  return at;
}

function isBetweenFrames(webSocket: WebSocket, socket: Socket): boolean {
  const receiver = (webSocket as unknown as { readonly _receiver?: Receiver | null })._receiver;
  return (
    webSocket.readyState === webSocket.OPEN &&
    socket.readableLength === 0 &&
    receiver?._state === 0 &&
    receiver._bufferedBytes === 0 &&
    receiver._fragmented === 0
  );
}
