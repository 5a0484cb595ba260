import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Cancel, Clock } from "@caretaker/protocol";

/** What can be wrong with a line, each in three strengths. */
export const FAULTS = [
  /** Nothing listens any more, and what was open is cut. */
  "gone",
  /** Reset after some bytes more. */
  "reset",
  /** Closed in good order after some bytes more. */
  "limited",
  /** Nothing gets through in either direction, and nobody is told. */
  "silent",
  /** What the gateway says does not arrive; what it is told does. */
  "deaf",
  "late",
  /** So many bytes a second. */
  "slow",
  /** In pieces of a few bytes. */
  "sliced",
  /** When one side ends, the other hears of it late. */
  "slow_to_close",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Fit {
  readonly fault: Fault;
  /** 0, 1 or 2. */
  readonly strength: number;
}

/** When a fault begins: at once, or with the next bytes that go that way, before they get through. */
export type Trigger = "now" | "next_up" | "next_down";

type Way = "up" | "down";

const BYTES_BEFORE_THE_END = [0, 40, 400] as const;
const LATE_MILLISECONDS = [200, 1000, 3000] as const;
const BYTES_A_SECOND = [100_000, 20_000, 8000] as const;
const PIECE_BYTES = [200, 20, 3] as const;
const CLOSES_AFTER_MILLISECONDS = [1000, 10_000, 60_000] as const;

/** What is on its way, in order; the next of it goes on when the timer is over. */
interface Queue {
  readonly waiting: { bytes: Buffer; readonly from: number }[];
  /** Whoever speaks that way has ended: so does the line, behind what is still on its way. */
  isEnding: boolean;
  cancel: Cancel | null;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  readonly queues: Readonly<Record<Way, Queue>>;
  /** Bytes until the end, where the line ends after some. */
  left: number;
}

/** A line to a gateway that breaks on demand. Its delays run on the clock it is given, like the time-outs of whoever uses it. */
export class FaultyLine {
  readonly #server: Server;
  readonly #to: number;
  readonly #clock: Clock;
  readonly #pairs = new Set<Pair>();
  readonly #cancels = new Set<Cancel>();
  #fit: Fit | null = null;
  #armed: { readonly fit: Fit; readonly trigger: Trigger } | null = null;
  /** Bytes that went through, so that it can be told when the line is quiet. */
  moved = 0;

  private constructor(server: Server, to: number, clock: Clock) {
    this.#server = server;
    this.#to = to;
    this.#clock = clock;
  }

  static async open(to: number, clock: Clock): Promise<FaultyLine> {
    const server = createServer({ allowHalfOpen: true });
    const line = new FaultyLine(server, to, clock);
    server.on("connection", (near) => line.#join(near));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return line;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Lines that are open now. */
  get open(): number {
    return this.#pairs.size;
  }

  /** Lines that are open still, once those that are closing had a moment for it. */
  async stillOpen(): Promise<number> {
    for (let tries = 0; tries < 200 && this.open > 0; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    return this.open;
  }

  get isBroken(): boolean {
    return this.#fit !== null;
  }

  break(fit: Fit, trigger: Trigger = "now"): void {
    if (trigger !== "now") this.#armed = { fit, trigger };
    else this.#begin(fit);
  }

  /** As a line that comes back does: what was held goes on, unless whoever sent it has gone. */
  mend(): void {
    this.#fit = null;
    this.#armed = null;
    for (const pair of this.#pairs) {
      for (const way of ["up", "down"] as const) this.#flush(pair, way);
      // Who was reset meanwhile could not say so.
      if (pair.near.destroyed) pair.far.destroySoon();
      if (pair.far.destroyed) pair.near.destroySoon();
    }
  }

  /** Says something to whoever is at the near end, as if the gateway had. */
  inject(bytes: Buffer): void {
    for (const { near } of this.#pairs) if (!near.destroyed) near.write(bytes);
  }

  async close(): Promise<void> {
    this.#fit = null;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    for (const { near, far, queues } of this.#pairs) {
      queues.up.cancel?.();
      queues.down.cancel?.();
      near.destroy();
      far.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket): void {
    if (this.#fit?.fault === "gone") {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: this.#to, host: "127.0.0.1", allowHalfOpen: true });
    const pair: Pair = { near, far, queues: { up: newQueue(), down: newQueue() }, left: this.#bytesLeft() };
    this.#pairs.add(pair);
    for (const [from, to, way] of [
      [near, far, "up"],
      [far, near, "down"],
    ] as const) {
      from.setNoDelay(true);
      from.on("data", (bytes: Buffer) => this.#take(pair, way, bytes));
      from.on("error", () => {});
      from.on("end", () => {
        pair.queues[way].isEnding = true;
        if (pair.queues[way].cancel === null) this.#flush(pair, way);
      });
      from.on("close", (hadError) => {
        // A reset has no order: what is on its way is lost.
        if (hadError && !this.#isHeld(way)) to.destroy();
        this.#forgetIfOver(pair);
      });
    }
  }

  #begin(fit: Fit): void {
    this.#fit = fit;
    for (const pair of this.#pairs) {
      pair.left = this.#bytesLeft();
      if (fit.fault === "gone") this.#cut(pair, "reset");
    }
  }

  #take(pair: Pair, way: Way, bytes: Buffer): void {
    if (this.#armed !== null && this.#armed.trigger === `next_${way}`) {
      const { fit } = this.#armed;
      this.#armed = null;
      this.#begin(fit);
    }
    this.moved += bytes.length;
    pair.queues[way].waiting.push({ bytes, from: this.#clock.monotonic() });
    if (pair.queues[way].cancel === null) this.#flush(pair, way);
  }

  /** Lets through what gets through now; the rest is held, lost, or comes later. */
  #flush(pair: Pair, way: Way): void {
    const queue = pair.queues[way];
    queue.cancel?.();
    queue.cancel = null;
    const to = way === "up" ? pair.far : pair.near;
    const { fault, strength } = this.#fit ?? { fault: null, strength: 0 };
    if (this.#isHeld(way) || to.destroyed) return;
    if (queue.waiting.length === 0) {
      if (queue.isEnding) this.#after(this.#endDelay(), () => to.end());
      return;
    }
    if (fault === "late") {
      this.#flushLate(pair, way, LATE_MILLISECONDS[strength] ?? 0);
      return;
    }
    const isEnding = (): void => {
      if (queue.isEnding) this.#after(this.#endDelay(), () => to.end());
    };
    const all = Buffer.concat(queue.waiting.splice(0).map(({ bytes }) => bytes));
    if (fault === "reset" || fault === "limited") {
      this.#write(to, all.subarray(0, pair.left));
      pair.left -= all.length;
      if (pair.left <= 0) this.#cut(pair, fault);
    } else if (fault === "slow") {
      const aTenth = Math.max(1, Math.floor((BYTES_A_SECOND[strength] ?? 1) / 10));
      this.#write(to, all.subarray(0, aTenth));
      if (all.length <= aTenth) {
        isEnding();
        return;
      }
      queue.waiting.push({ bytes: all.subarray(aTenth), from: 0 });
      queue.cancel = this.#clock.after(100, () => this.#flush(pair, way));
    } else if (fault === "sliced") {
      const size = PIECE_BYTES[strength] ?? 1;
      for (let at = 0; at < all.length; at += size) this.#write(to, all.subarray(at, at + size));
      isEnding();
    } else {
      this.#write(to, all);
      isEnding();
    }
  }

  #flushLate(pair: Pair, way: Way, delay: number): void {
    const queue = pair.queues[way];
    const now = this.#clock.monotonic();
    while (queue.waiting[0] !== undefined && queue.waiting[0].from + delay <= now) {
      this.#write(way === "up" ? pair.far : pair.near, queue.waiting.shift()?.bytes ?? Buffer.alloc(0));
    }
    const [next] = queue.waiting;
    if (next === undefined) {
      if (queue.isEnding) (way === "up" ? pair.far : pair.near).end();
    } else queue.cancel = this.#clock.after(next.from + delay - now, () => this.#flush(pair, way));
  }

  #isHeld(way: Way): boolean {
    const fault = this.#fit?.fault;
    return fault === "silent" || (fault === "deaf" && way === "down");
  }

  #write(to: Socket, bytes: Buffer): void {
    this.moved += bytes.length;
    if (!to.destroyed && to.writable) to.write(bytes);
  }

  #cut({ near, far }: Pair, how: "reset" | "limited"): void {
    if (how === "reset") {
      near.resetAndDestroy();
      far.resetAndDestroy();
      return;
    }
    // What was written before must be read before the end.
    near.end(() => near.destroySoon());
    far.end(() => far.destroySoon());
  }

  #forgetIfOver(pair: Pair): void {
    if (pair.near.destroyed && pair.far.destroyed) this.#pairs.delete(pair);
  }

  #bytesLeft(): number {
    return BYTES_BEFORE_THE_END[this.#fit?.strength ?? 0] ?? 0;
  }

  #endDelay(): number {
    return this.#fit?.fault === "slow_to_close" ? (CLOSES_AFTER_MILLISECONDS[this.#fit.strength] ?? 0) : 0;
  }

  #after(milliseconds: number, callback: () => void): void {
    if (milliseconds === 0) {
      callback();
      return;
    }
    const cancel = this.#clock.after(milliseconds, () => {
      this.#cancels.delete(cancel);
      callback();
    });
    this.#cancels.add(cancel);
  }
}

function newQueue(): Queue {
  return { waiting: [], isEnding: false, cancel: null };
}
