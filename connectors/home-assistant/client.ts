import { CaretakerError, type Clock, type DialedSocket, type Dialer, type Secret } from "@caretaker/protocol";
import { Connection, type MessageBase } from "home-assistant-js-websocket";
import type { Address } from "./address.ts";
import { CommandRefused, refusalIn } from "./client/command-refused.ts";
import { Frames, OpenCommands } from "./client/frames.ts";
import { logIn } from "./client/login.ts";
import type { Loss } from "./client/loss.ts";
import { Pulse } from "./client/pulse.ts";
import { readStateChange, type StateChangeMessage } from "./client/state-change.ts";
import { words } from "./words.ts";

const DEFAULT_ANSWER_SECONDS = 20;
/** Above this it is not an accident of one integration any more. */
const MOST_GARBAGE = 200;

export interface OpenClient {
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly address: Address;
  readonly token: Secret;
  readonly signal?: AbortSignal;
  /** Once, when the connection has ended. Never before `open` resolved. */
  readonly onLost: (loss: Loss) => void;
  /** Something was not understood; how much so far in this connection, and what it was. */
  readonly onGarbage: (count: number, what: string) => void;
}

export type Command = Readonly<Record<string, unknown>> & { readonly type: string };

/**
 * One connection to one Home Assistant, from login to loss. The library numbers commands and matches answers; it is
 * never left to reconnect, since it would do so for ever, without jitter, and with unhandled rejections.
 */
export class HomeAssistantClient {
  readonly version: string;
  readonly #options: OpenClient;
  readonly #socket: DialedSocket;
  readonly #library: Connection;
  readonly #frames: Frames;
  readonly #pulse: Pulse;
  readonly #rejectOpen = new Set<(error: Error) => void>();
  /** The subscription whose plain changes are read from their bytes, and who takes them. */
  #changesId = -1;
  #takeChange: (message: StateChangeMessage) => void = () => {};
  #garbage = 0;
  #loss: Loss | undefined;
  #lastError = "";

  private constructor(options: OpenClient, socket: DialedSocket, version: string) {
    this.version = version;
    this.#options = options;
    this.#socket = socket;
    this.#pulse = new Pulse(
      options.clock,
      () => this.ask({ type: "ping" }, 60),
      () => this.#end({ how: "silent", detail: "no answer to a ping" }),
    );
    this.#frames = new Frames(socket, version, {
      heard: () => this.#pulse.heard(),
      garbage: (what) => this.countGarbage(what),
    });
    socket.on("message", (data, isBinary) => this.take(data, isBinary));
    socket.offer?.((bytes, from, to) => this.#isChangeTaken(bytes, from, to));
    socket.on("error", (error) => {
      this.#lastError = (error as NodeJS.ErrnoException).code ?? error.message;
    });
    socket.on("close", (code, reason) => this.#handleClose(code, String(reason)));
    this.#library = new Connection(this.#frames.asWebSocket(), {
      setupRetry: 0,
      createSocket: () => Promise.reject(new Error("This connection is not reopened.")),
    });
    this.#library.commands = new OpenCommands((what) => this.countGarbage(what));
  }

  static async open(options: OpenClient): Promise<HomeAssistantClient> {
    const { socket, version } = await logIn(options);
    const client = new HomeAssistantClient(options, socket, version);
    if (socket.readyState !== socket.OPEN) throw client.#lostError();
    socket.send(JSON.stringify({ id: 1, type: "supported_features", features: { coalesce_messages: 1 } }));
    client.#pulse.start();
    return client;
  }

  get isOpen(): boolean {
    return this.#loss === undefined;
  }

  get garbage(): number {
    return this.#garbage;
  }

  /** A frame as it came. Whatever it is, it is survived. */
  take(data: Buffer, isBinary: boolean): void {
    if (this.isOpen && (isBinary || !this.#isChangeTaken(data, 0, data.length))) this.#frames.take(data, isBinary);
  }

  /** Rejects with a `CommandRefused` when Home Assistant says no, else with `gateway_timeout` or `gateway_lost`. */
  ask(command: Command, answerSeconds = DEFAULT_ANSWER_SECONDS): Promise<unknown> {
    return this.#guard(command.type, answerSeconds, () => this.#library.sendMessagePromise<unknown>({ ...command }));
  }

  /** Resolves when Home Assistant has accepted it. Nothing is subscribed again by itself. Rejects as `ask` does. */
  async subscribe(command: Command, callback: (event: unknown) => void): Promise<() => Promise<void>> {
    const stop = await this.#guard(command.type, DEFAULT_ANSWER_SECONDS, () =>
      this.#library.subscribeMessage<unknown>(callback, { ...command } as MessageBase, { resubscribe: false }),
    );
    return () => this.#guard("unsubscribe_events", DEFAULT_ANSWER_SECONDS, stop);
  }

  /**
   * As `subscribe`, for `subscribe_entities`: a plain change of a state goes to `takeChange`, past the library and without
   * an object for it, and everything else to `callback`.
   */
  subscribeStates(
    callback: (event: unknown) => void,
    takeChange: (message: StateChangeMessage) => void,
  ): Promise<unknown> {
    const isSubscribed = this.subscribe({ type: "subscribe_entities" }, callback);
    this.#changesId = this.#library.commandId;
    this.#takeChange = takeChange;
    return isSubscribed;
  }

  /** Resolves after so many seconds, or when the connection ends. */
  wait(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        cancel();
        this.#rejectOpen.delete(settle);
        resolve();
      };
      const cancel = this.#options.clock.after(seconds * 1000, settle);
      this.#rejectOpen.add(settle);
    });
  }

  /** Something inside an event was not understood either. */
  countGarbage(what: string): void {
    this.#garbage += 1;
    this.#options.onGarbage(this.#garbage, what);
    if (this.#garbage === MOST_GARBAGE) this.#end({ how: "garbage", detail: what });
  }

  close(): void {
    if (!this.isOpen) return;
    this.#loss = { how: "closed_by_us", detail: "" };
    this.#finish();
    this.#socket.close(1000);
    // A dead line never says goodbye back.
    this.#options.clock.after(2000, () => this.#socket.terminate());
  }

  /** The hot path: most of what a home says is this. */
  #isChangeTaken(bytes: Buffer, from: number, to: number): boolean {
    if (this.#changesId === -1 || !this.isOpen) return false;
    const message = readStateChange(bytes, from, to);
    if (message === undefined || message.id !== this.#changesId) return false;
    this.#pulse.heard();
    try {
      this.#takeChange(message);
    } catch {
      this.countGarbage("a message of the wrong shape");
    }
    return true;
  }

  #handleClose(code: number, reason: string): void {
    const isBadFrame = this.#lastError.startsWith("WS_ERR") || this.#lastError === "ERR_ENCODING_INVALID_ENCODED_DATA";
    const detail = [`closed with ${code}`, reason, this.#lastError].filter((part) => part !== "").join(", ");
    if (isBadFrame) this.#end({ how: "bad_frame", detail });
    else this.#end({ how: code === 1006 ? "cut" : "closed", detail });
  }

  /** Cuts the line: `close` would wait for an answer that never comes. */
  #end(loss: Loss): void {
    if (!this.isOpen) return;
    this.#loss = loss;
    this.#finish();
    this.#socket.terminate();
    this.#options.onLost(loss);
  }

  #finish(): void {
    this.#pulse.stop();
    // Asked to close first, the library rejects what is open and does not reconnect.
    this.#library.closeRequested = true;
    this.#frames.end();
    for (const reject of this.#rejectOpen) reject(this.#lostError());
    this.#rejectOpen.clear();
  }

  #lostError(): CaretakerError {
    return new CaretakerError("gateway_lost", words.lost(this.#options.address.base), {
      meta: { detail: this.#loss?.detail ?? "" },
    });
  }

  /** The library leaves some promises open when the line is lost, and waits for an answer without end. */
  #guard<T>(what: string, seconds: number, send: () => Promise<T>): Promise<T> {
    if (!this.isOpen) return Promise.reject(this.#lostError());
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        cancel();
        this.#rejectOpen.delete(fail);
      };
      const fail = (error: Error): void => {
        settle();
        reject(error);
      };
      const cancel = this.#options.clock.after(seconds * 1000, () =>
        fail(
          new CaretakerError("gateway_timeout", words.noAnswer(this.#options.address.base, what, seconds), {
            meta: { command: what },
          }),
        ),
      );
      this.#rejectOpen.add(fail);
      send().then(
        (answer) => {
          settle();
          resolve(answer);
        },
        (error: unknown) => fail(refusalIn(error, what) ?? this.#lostError()),
      );
    });
  }
}

export { CommandRefused };
