import { setTimeout as delay } from "node:timers/promises";
import type { Actor, BroadcastName, ServerToClientEvents, WatchRequest } from "@caretaker/protocol";
import type { Socket } from "socket.io";

type Message<N extends BroadcastName> = Parameters<ServerToClientEvents[N]>[0];

/** Waiting for a reader beyond this, it is given up: it gets a fresh snapshot when it reads again. */
const MOST_WAITING_BYTES = 1024 * 1024;
const CLOSE_WITHIN_MILLISECONDS = 500;
const LOOK_AGAIN_MILLISECONDS = 20;

export interface Membership {
  readonly request: WatchRequest;
  /** Takes the line out of the room. */
  readonly leave: () => void;
}

/**
 * One connection of somebody who watches. What it is told goes out in frames: all homes that changed together in one.
 * While an earlier frame is still on its way, later ones wait here, up to a bound.
 */
export class Line {
  readonly socket: Socket;
  readonly rooms = new Map<string, Membership>();
  actor: Actor;
  isClosed = false;
  /** When a frame last left, in milliseconds of the monotonic clock. */
  sentAt = Number.NEGATIVE_INFINITY;
  /** Something it watches waits to be merged: what changes now goes with that. */
  isDue = false;
  readonly #monotonic: () => number;
  #deltas: string[] = [];
  #frames: string[] = [];
  #bytes = 0;
  #inFlightSince: number | null = null;
  #tooSlow: WatchRequest[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor(socket: Socket, actor: Actor, monotonic: () => number) {
    this.socket = socket;
    this.actor = actor;
    this.#monotonic = monotonic;
  }

  /** Adds one home's delta to the next frame. */
  add(delta: string): void {
    this.#deltas.push(delta);
    this.#count(delta.length);
  }

  /** Sends what was added, or leaves it to wait behind the frame that is still on its way. */
  flush(): void {
    this.isDue = false;
    if (this.isClosed) return;
    if (this.#deltas.length > 0) {
      this.#frames.push(`2["sites.changed",[${this.#deltas.join(",")}]]`);
      this.#deltas = [];
    }
    this.#write();
  }

  say<N extends BroadcastName>(name: N, message: Message<N>): void {
    const frame = `2["${name}",${JSON.stringify(message)}]`;
    this.flush();
    this.#frames.push(frame);
    this.#count(frame.length);
    this.#write();
  }

  /** Milliseconds for which the other end has not taken the frame that is on its way. */
  stalledFor(): number {
    return this.#inFlightSince === null ? 0 : this.#monotonic() - this.#inFlightSince;
  }

  /** Resolves when nothing is on its way: a snapshot may be large, so only one at a time is made for a slow reader. */
  async drained(): Promise<void> {
    const isBusy = (): boolean => this.#inFlightSince !== null || !this.socket.conn.transport.writable;
    while (isBusy() && !this.isClosed) await delay(LOOK_AGAIN_MILLISECONDS);
  }

  /** One request after the other, in the order in which they came: none overtakes a slower one. */
  inTurn(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work).catch(() => {});
  }

  leaveAll(): void {
    for (const { leave } of [...this.rooms.values()]) leave();
    this.rooms.clear();
  }

  close(message: Message<"live.closing">): void {
    if (this.isClosed) return;
    this.leaveAll();
    this.#deltas = [];
    this.#frames = [];
    this.socket.conn.write(`2["live.closing",${JSON.stringify(message)}]`, { compress: false });
    this.isClosed = true;
    this.socket.disconnect(true);
    // A reader that does not read would keep the connection open until its goodbye fits.
    const transport = this.socket.conn.transport as { socket?: { terminate?: () => void } };
    setTimeout(() => transport.socket?.terminate?.(), CLOSE_WITHIN_MILLISECONDS).unref();
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MOST_WAITING_BYTES && this.#inFlightSince !== null) this.#giveUp();
  }

  /** It is told that its rooms are closed when it reads again, and asks anew. */
  #giveUp(): void {
    this.#tooSlow.push(...[...this.rooms.values()].map(({ request }) => request));
    this.leaveAll();
    this.#deltas = [];
    this.#frames = [];
    this.#bytes = 0;
  }

  /**
   * Past Socket.IO's own encoder, which would turn every message into JSON once per socket: `2[...]` is its packet for an
   * event, and Engine.IO calls back when the operating system took the frame.
   */
  #write(): void {
    if (this.#inFlightSince !== null || this.#frames.length === 0) return;
    const frames = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    const last = frames.pop() as string;
    for (const frame of frames) this.socket.conn.write(frame, { compress: false });
    this.#send(last);
  }

  #send(frame: string): void {
    const now = this.#monotonic();
    this.sentAt = now;
    this.#inFlightSince = now;
    this.socket.conn.write(frame, { compress: false }, () => this.#flushed());
  }

  #flushed(): void {
    this.#inFlightSince = null;
    if (this.isClosed) return;
    for (const room of this.#tooSlow.splice(0))
      this.#frames.push(`2["room.closed",${JSON.stringify({ room, reason: "too_slow" })}]`);
    this.#write();
  }
}
