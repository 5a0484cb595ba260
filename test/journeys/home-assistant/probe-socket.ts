import { setTimeout as wait } from "node:timers/promises";
import WebSocket from "ws";

export interface Frame {
  readonly id?: number;
  readonly type?: string;
  readonly [field: string]: unknown;
}

/** Every frame that came, as it came: what the probes compare. */
export class ProbeSocket {
  readonly frames: Frame[] = [];
  closedWith: number | undefined;
  readonly #socket: WebSocket;
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as Frame | Frame[];
      this.frames.push(...(Array.isArray(message) ? message : [message]));
    });
    socket.on("error", () => {});
    socket.on("close", (code) => {
      this.closedWith = code;
    });
  }

  static async open(url: string): Promise<ProbeSocket> {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/websocket`);
    const probe = new ProbeSocket(socket);
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return probe;
  }

  static async loggedIn(url: string, token: string): Promise<ProbeSocket> {
    const probe = await ProbeSocket.open(url);
    probe.raw(JSON.stringify({ type: "auth", access_token: token }));
    await probe.until((frame) => frame.type === "auth_ok");
    return probe;
  }

  raw(text: string): void {
    this.#socket.send(text);
  }

  /** Sends a command with the next id and returns that. */
  send(command: Record<string, unknown>): number {
    this.#lastId += 1;
    this.raw(JSON.stringify({ id: this.#lastId, ...command }));
    return this.#lastId;
  }

  /** The answer to a command: its result or its error. */
  async ask(command: Record<string, unknown>): Promise<Frame> {
    const id = this.send(command);
    return this.until((frame) => frame.id === id && (frame.type === "result" || frame.type === "pong"));
  }

  async result<T = unknown>(command: Record<string, unknown>): Promise<T> {
    const answer = await this.ask(command);
    if (answer.success !== true) throw new Error(`${String(command.type)}: ${JSON.stringify(answer.error)}`);
    return answer.result as T;
  }

  /** Subscribes; returns how to read the events that came so far. */
  async subscribe(command: Record<string, unknown>): Promise<() => unknown[]> {
    const id = this.send(command);
    await this.until((frame) => frame.id === id && frame.type === "result");
    return () => this.frames.filter((frame) => frame.id === id && frame.type === "event").map((frame) => frame.event);
  }

  async until(isIt: (frame: Frame) => boolean, seconds = 15): Promise<Frame> {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const found = this.frames.find(isIt);
      if (found !== undefined) return found;
      if (performance.now() > deadline)
        throw new Error(`It did not come; the last was ${JSON.stringify(this.frames.at(-1))?.slice(0, 300)}`);
      await wait(10);
    }
  }

  async untilClosed(): Promise<number> {
    const deadline = performance.now() + 15_000;
    while (this.closedWith === undefined) {
      if (performance.now() > deadline) throw new Error("It was not closed");
      await wait(10);
    }
    return this.closedWith;
  }

  close(): void {
    this.#socket.terminate();
  }
}
