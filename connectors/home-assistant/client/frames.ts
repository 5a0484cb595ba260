import type { DialedSocket } from "@caretaker/protocol";
import type { HaWebSocket } from "home-assistant-js-websocket";

type Listener = (event: never) => void;

export interface FrameWatch {
  /** Called for every frame, before it is looked at. */
  readonly heard: () => void;
  /** A frame, or part of one, was not what Home Assistant says. */
  readonly garbage: (what: string) => void;
}

/**
 * What the library takes for a browser's WebSocket: it hears frames through here. The library parses a frame without a
 * guard, so whatever it throws at is caught, counted and survived.
 */
export class Frames {
  haVersion: string;
  readonly #socket: DialedSocket;
  readonly #watch: FrameWatch;
  readonly #onMessage = new Set<Listener>();
  readonly #onClose = new Set<Listener>();

  constructor(socket: DialedSocket, haVersion: string, watch: FrameWatch) {
    this.#socket = socket;
    this.haVersion = haVersion;
    this.#watch = watch;
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  get OPEN(): number {
    return this.#socket.OPEN;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#of(type)?.add(listener);
  }

  removeEventListener(type: string, listener: Listener): void {
    this.#of(type)?.delete(listener);
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  close(): void {
    this.#socket.close();
  }

  /** Hands a frame to the library. */
  take(data: Buffer, isBinary: boolean): void {
    this.#watch.heard();
    if (isBinary) this.#watch.garbage("a binary frame");
    else this.#hand(data.toString());
  }

  /** Tells the library that the line is gone, so that it rejects what is still open. */
  end(): void {
    for (const listener of this.#onClose) (listener as (event: unknown) => void)({});
  }

  asWebSocket(): HaWebSocket {
    return this as unknown as HaWebSocket;
  }

  #hand(text: string): void {
    try {
      for (const listener of this.#onMessage) (listener as (event: { data: string }) => void)({ data: text });
    } catch (error) {
      this.#watch.garbage(error instanceof SyntaxError ? "a frame that is not JSON" : "a message of the wrong shape");
      this.#handRest(text);
    }
  }

  /** Several messages in one frame: the library stops at the first that is none, and would lose those behind it. */
  #handRest(text: string): void {
    const messages = parse(text);
    if (!Array.isArray(messages)) return;
    const bad = messages.findIndex((message) => typeof message !== "object" || message === null);
    const rest = bad === -1 ? [] : messages.slice(bad + 1);
    if (rest.length > 0) this.#hand(JSON.stringify(rest));
  }

  #of(type: string): Set<Listener> | undefined {
    if (type === "message") return this.#onMessage;
    return type === "close" ? this.#onClose : undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the library keeps of one command; public in the library, without a name. */
interface CommandInFlight {
  readonly resolve: (result?: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly callback?: (event: unknown) => void;
}

/**
 * The library's table of open commands, that also has an answer for ids nobody gave out: the library writes a warning to
 * the console for each event of those, and a gateway could fill a log with them.
 */
export class OpenCommands<V extends object> extends Map<number, V> {
  readonly #nobody: V;
  readonly #garbage: (what: string) => void;

  constructor(garbage: (what: string) => void) {
    super();
    this.#garbage = garbage;
    const sink: CommandInFlight = {
      resolve: () => {},
      reject: () => {},
      callback: () => garbage("an event that nobody asked for"),
    };
    this.#nobody = sink as unknown as V;
  }

  override get(id: unknown): V {
    if (typeof id !== "number") this.#garbage("a message without an id");
    return super.get(id as number) ?? this.#nobody;
  }
}
