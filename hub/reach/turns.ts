import { CaretakerError, type Clock } from "@caretaker/protocol";
import type { WebSocket } from "ws";
import type { z } from "zod";
import type { Offer } from "./dialer/whole-frames.ts";

/** Who has not proved who he is may say no more than this at a time. */
const MOST_BYTES = 4096;
/** Several could come before anybody looks; a proof needs two. */
const MOST_WAITING = 8;

/**
 * The first words on a new line, one at a time and each in its turn. What the other side says once it is known waits here
 * until somebody takes the line over, so that nothing is lost in between.
 */
export class Turns {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #offer: Offer | undefined;
  readonly #waiting: string[] = [];
  #isStranger = true;
  #take: ((text: string) => void) | null = null;
  #wake: () => void = () => {};
  #ended: CaretakerError | null = null;

  /** `offer`: where the line has a shorter way for what is said once it is handed over. */
  constructor(socket: WebSocket, clock: Clock, offer?: Offer) {
    this.#socket = socket;
    this.#clock = clock;
    this.#offer = offer;
    socket.on("message", (data: Buffer, isBinary: boolean) => this.#hear(data, isBinary));
    socket.on("close", () => this.#end(new CaretakerError("gateway_lost", "The line was closed.")));
    socket.on("error", (error) => this.#end(new CaretakerError("gateway_lost", error.message, { cause: error })));
  }

  say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** The next message, of this shape. Rejects with `gateway_timeout`, `gateway_lost` or `gateway_misbehaving`. */
  async next<S extends z.ZodType>(shape: S, seconds: number): Promise<z.infer<S>> {
    const text = this.#waiting.shift() ?? (await this.#oneMore(seconds));
    const read = shape.safeParse(parsed(text));
    if (read.success) return read.data;
    throw new CaretakerError("gateway_misbehaving", "The other side said something else than it should.", {
      cause: read.error,
    });
  }

  /**
   * From now on every message goes to `take`, what came meanwhile first. The other side is known. Where the line has a
   * shorter way, what takes it goes to `takeBytes`.
   */
  handOver(
    take: (text: string) => void,
    takeBytes: (bytes: Buffer, from: number, to: number) => void = (bytes, from, to) =>
      take(bytes.toString("utf8", from, to)),
  ): void {
    this.#take = take;
    for (const text of this.#waiting.splice(0)) take(text);
    this.#offer?.((bytes, from, to) => {
      takeBytes(bytes, from, to);
      return true;
    });
  }

  /** It has proved who it is: it may say more at a time. */
  trust(): void {
    this.#isStranger = false;
  }

  #hear(data: Buffer, isBinary: boolean): void {
    const isTooMuch = this.#isStranger && (data.length > MOST_BYTES || this.#waiting.length >= MOST_WAITING);
    if (isBinary || isTooMuch) {
      this.#end(new CaretakerError("gateway_misbehaving", "The other side said more than it may."));
      this.#socket.terminate();
    } else if (this.#take !== null) this.#take(data.toString());
    else {
      this.#waiting.push(data.toString());
      this.#wake();
    }
  }

  #end(error: CaretakerError): void {
    this.#ended ??= error;
    this.#wake();
  }

  #oneMore(seconds: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        cancel();
        this.#wake = () => {};
        end();
      };
      const look = (): void => {
        const text = this.#waiting.shift();
        const ended = this.#ended;
        if (text !== undefined) settle(() => resolve(text));
        else if (ended !== null) settle(() => reject(ended));
      };
      const cancel = this.#clock.after(seconds * 1000, () =>
        settle(() => reject(new CaretakerError("gateway_timeout", `Nothing was said for ${seconds} s.`))),
      );
      this.#wake = look;
      look();
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
