import { type Cancel, CaretakerError, type Clock, type DialedSocket, type Dialer } from "@caretaker/protocol";
import { z } from "zod";
import type { Address } from "../address.ts";
import { words } from "../words.ts";
import type { DirectorToken } from "./account.ts";
import { parseJson } from "./fault.ts";

const HANDSHAKE_SECONDS = 20;
/** An Engine.IO packet that holds a Socket.IO event without a number. */
const EVENT = "42[";
/** From one ping to the next. With what an answer may take, a line that was cut is known within 25 s. */
const PING_SECONDS = 15;
const ANSWER_SECONDS = 10;
const MAX_FRAME_BYTES = 32 * 1024 * 1024;

export interface PushDeps {
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly address: Address;
  readonly token: DirectorToken;
  /** Asks the Director for the name of our events. */
  readonly subscribe: (clientId: string) => Promise<unknown>;
  readonly heard: (payload: unknown) => void;
  readonly garbage: (what: string) => void;
  readonly lost: (how: "silent" | "closed") => void;
}

const Subscription = z.object({ subscriptionId: z.string().min(1).max(200) });

/**
 * The Director's push channel: Engine.IO 3 and Socket.IO 2 by hand, over the hub's own socket. There are six kinds of
 * frame, and the library that speaks this generation opens sockets of its own, past the dialer and its pin.
 */
export class PushLine {
  readonly #deps: PushDeps;
  readonly #socket: DialedSocket;
  #subscription: string | undefined;
  #beat: Cancel = () => {};
  #deadline: Cancel = () => {};
  #heardSince = 0;
  #isOver = false;
  #ready: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  /** Resolves once the Director has begun to send. */
  static async open(deps: PushDeps): Promise<PushLine> {
    const { dialer, address, token } = deps;
    const socket = await dialer.webSocket({
      url: `${address.base.replace(/^http/, "ws")}/socket.io/?EIO=3&transport=websocket`,
      headers: { JWT: token.value.reveal() },
      handshakeTimeoutSeconds: ANSWER_SECONDS,
      maxPayloadBytes: MAX_FRAME_BYTES,
    });
    const line = new PushLine(deps, socket);
    await line.#begin();
    return line;
  }

  constructor(deps: PushDeps, socket: DialedSocket) {
    this.#deps = deps;
    this.#socket = socket;
    socket.on("message", (data, isBinary) => this.#take(data, isBinary));
    socket.on("close", () => this.#end("closed"));
  }

  close(): void {
    this.#isOver = true;
    this.#beat();
    this.#deadline();
    this.#ready?.reject(new CaretakerError("gateway_lost", words.lost(this.#deps.address.base)));
    this.#socket.terminate();
  }

  #begin(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#ready = { resolve, reject };
      this.#deadline = this.#deps.clock.after(HANDSHAKE_SECONDS * 1000, () =>
        this.#fail(new CaretakerError("gateway_timeout", words.noPush(this.#deps.address.base, HANDSHAKE_SECONDS))),
      );
    });
  }

  #fail(error: unknown): void {
    const { reject } = this.#ready ?? {};
    this.close();
    reject?.(error);
  }

  #end(how: "silent" | "closed"): void {
    if (this.#isOver) return;
    if (this.#ready !== undefined)
      this.#fail(new CaretakerError("gateway_unreachable", words.pushDropped(this.#deps.address.base)));
    else {
      this.close();
      this.#deps.lost(how);
    }
  }

  /** Engine.IO: 0 opened, 1 closed, 2 a ping, 3 its answer, 4 a packet, 6 nothing. */
  #take(data: Buffer, isBinary: boolean): void {
    if (this.#isOver) return;
    this.#heardSince += 1;
    const text = isBinary ? "" : data.toString();
    const kind = text[0];
    // Nearly all that comes, thousands of times a second.
    if (text.startsWith(EVENT)) this.#takeEvent(text.slice(2));
    else if (kind === "0") this.#startBeating();
    else if (kind === "1") this.#end("closed");
    else if (kind === "2") this.#send(`3${text.slice(1)}`);
    else if (kind === "4") this.#takePacket(text.slice(1));
    else if (kind !== "3" && kind !== "6") this.#deps.garbage(isBinary ? "a binary frame" : "a frame of no known kind");
  }

  /** Socket.IO: 0 connected, 1 disconnected, 2 an event, 3 an answer, 4 an error. */
  #takePacket(packet: string): void {
    const kind = packet[0];
    if (kind === "2") this.#takeEvent(packet.slice(1));
    else if (kind === "1" || kind === "4") this.#end("closed");
    else if (kind !== "0" && kind !== "3") this.#deps.garbage("a packet of no known kind");
  }

  #takeEvent(text: string): void {
    // A number before it asks for an answer, which nobody here gives.
    const event = parseJson(text[0] === "[" ? text : text.replace(/^\d+/, ""));
    const [name, payload] = Array.isArray(event) ? (event as [unknown, unknown]) : [];
    if (typeof name !== "string") this.#deps.garbage("an event without a name");
    else if (name === "clientId" && this.#ready !== undefined) this.#handleClientId(payload);
    else if (name === this.#subscription) this.#handlePush(payload);
  }

  #handlePush(payload: unknown): void {
    const isStatus = typeof payload === "object" && payload !== null && !Array.isArray(payload) && "status" in payload;
    if (isStatus) this.#emit("2");
    else this.#deps.heard(payload);
  }

  #handleClientId(clientId: unknown): void {
    if (typeof clientId !== "string" || clientId.length > 200) this.#deps.garbage("a client without a name");
    else {
      this.#emit("2probe");
      this.#deps.subscribe(clientId).then(
        (answer) => this.#startSubscription(answer),
        (error: unknown) => this.#fail(error),
      );
    }
  }

  #startSubscription(answer: unknown): void {
    if (this.#isOver) return;
    const found = Subscription.safeParse(answer);
    if (!found.success)
      this.#fail(new CaretakerError("gateway_misbehaving", words.notUnderstood("the name of its events")));
    else {
      this.#subscription = found.data.subscriptionId;
      this.#emit("startSubscription", this.#subscription);
      this.#deadline();
      const { resolve } = this.#ready ?? {};
      this.#ready = undefined;
      resolve?.();
    }
  }

  /** In this generation the client asks and the server answers; whatever is heard counts as an answer. */
  #startBeating(seconds = PING_SECONDS): void {
    this.#beat();
    this.#beat = this.#deps.clock.after(seconds * 1000, () => {
      const before = this.#heardSince;
      this.#send("2");
      this.#beat = this.#deps.clock.after(ANSWER_SECONDS * 1000, () => {
        // The hub itself may have been busy: first read what arrived meanwhile.
        setImmediate(() => setImmediate(() => this.#judge(before)));
      });
    });
  }

  #judge(before: number): void {
    if (this.#isOver) return;
    if (this.#heardSince === before) this.#end("silent");
    // Waiting for the answer was part of the time until the next.
    else this.#startBeating(PING_SECONDS - ANSWER_SECONDS);
  }

  #emit(...event: readonly string[]): void {
    this.#send(`42${JSON.stringify(event)}`);
  }

  #send(text: string): void {
    if (!this.#isOver && this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text);
  }
}
