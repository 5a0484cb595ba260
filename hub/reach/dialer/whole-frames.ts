import type { Socket } from "node:net";
import type { DialedSocket } from "@caretaker/protocol";
import type { WebSocket } from "ws";
import { readsOf, shareAccepted } from "./shared-reads.ts";

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
  const dialed = webSocket as unknown as DialedSocket;
  const offer = offerOf(webSocket, socket, 0);
  return offer === undefined ? dialed : Object.assign(dialed, { offer });
}

/** The same at the other end: for a WebSocket that a server accepted over this socket. Undefined where it cannot be done. */
export function offerMaskedFrames(webSocket: WebSocket, socket: Socket): Offer | undefined {
  return shareAccepted(socket) ? offerOf(webSocket, socket, MASKED) : undefined;
}

export type Offer = (take: Take) => void;

function offerOf(webSocket: WebSocket, socket: Socket, mask: 0 | typeof MASKED): Offer | undefined {
  const reads = readsOf(socket);
  if (reads === undefined) return undefined;
  return (take) => {
    // Asked of `ws` only after it was handed something: this runs ten thousand times a second.
    let isBetween = false;
    reads.take = (bytes, count) => {
      if (!isBetween && !isBetweenFrames(webSocket, socket)) return 0;
      const taken = takeFrames(bytes, count, take, mask);
      isBetween = taken === count;
      return taken;
    };
  };
}

/** A client masks what it says, a server never does: the other way round it is a mistake, which `ws` finds. */
const MASKED = 0x80;
const MASK_BYTES = 4;

function takeFrames(bytes: Buffer, count: number, take: Take, mask: 0 | typeof MASKED): number {
  const maskBytes = mask === 0 ? 0 : MASK_BYTES;
  let at = 0;
  while (at + 2 <= count && bytes[at] === WHOLE_TEXT) {
    const second = bytes[at + 1] as number;
    const short = second - mask;
    // A longer one is rare.
    if (short < 0 || short > 126) return at;
    const from = at + (short === 126 ? 4 : 2) + maskBytes;
    if (from > count) return at;
    const to = from + (short === 126 ? bytes.readUInt16BE(at + 2) : short);
    if (to > count) return at;
    if (mask !== 0) turnMask(bytes, from, to);
    if (!take(bytes, from, to)) {
      // `ws` gets it as it came.
      if (mask !== 0) turnMask(bytes, from, to);
      return at;
    }
    at = to;
  }
  return at;
}

/** Takes a mask off, or puts it on again. Its four bytes stand before what they mask. */
function turnMask(bytes: Buffer, from: number, to: number): void {
  const mask = from - MASK_BYTES;
  for (let at = from; at < to; at += 1) bytes[at] = (bytes[at] as number) ^ (bytes[mask + ((at - from) & 3)] as number);
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
