import WebSocket from "ws";

/** A message to or from Home Assistant's WebSocket; `type` says what else is in it. */
export interface Message {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Home Assistant answered a command with an error. `code` is its own word, such as `unknown_command`. */
export class CommandError extends Error {
  readonly code: string;

  constructor(type: string, code: string, message: string) {
    super(`${type}: ${code}: ${message}`);
    this.name = "CommandError";
    this.code = code;
  }
}

interface Waiting {
  readonly type: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The plainest client there is, for tests to arrange and look with. It neither reconnects nor resubscribes; the
 * connector under test has its own.
 */
export class HomeSocket {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<number, (event: unknown) => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#handle(JSON.parse(String(data))));
    socket.on("close", () => {
      for (const { type, reject } of this.#waiting.values()) reject(new Error(`${type}: the connection was closed`));
      this.#waiting.clear();
    });
  }

  /** Connects and signs in. Rejects when Home Assistant cannot be reached or refuses the token. */
  static async open(url: string, token: string): Promise<HomeSocket> {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/websocket`);
    await new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.once("close", () => reject(new Error(`${url} closed the connection`)));
      socket.on("message", function handle(data) {
        const message = JSON.parse(String(data)) as Message;
        if (message.type === "auth_required") return socket.send(JSON.stringify({ type: "auth", access_token: token }));
        socket.off("message", handle);
        if (message.type === "auth_ok") return resolve();
        return reject(new Error(`${url} refused the token: ${String(message.message)}`));
      });
    });
    return new HomeSocket(socket);
  }

  /** Sends a command and answers its result. Rejects with a `CommandError` when Home Assistant refuses it. */
  send<Result = unknown>(message: Message): Promise<Result> {
    return this.#request(message).result as Promise<Result>;
  }

  /** Sends a subscribing command; resolves once Home Assistant accepted it, with a function that ends it. */
  async subscribe(message: Message, listener: (event: unknown) => void): Promise<() => Promise<void>> {
    const { id, result } = this.#request(message, listener);
    await result;
    return async () => {
      this.#listeners.delete(id);
      await this.send({ type: "unsubscribe_events", subscription: id });
    };
  }

  /** Resolves when the connection has ended, whoever ended it. */
  async closed(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    await new Promise((resolve) => this.#socket.once("close", resolve));
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  close(): void {
    this.#socket.close();
  }

  #request(message: Message, listener?: (event: unknown) => void): { id: number; result: Promise<unknown> } {
    const id = ++this.#lastId;
    if (listener) this.#listeners.set(id, listener);
    const result = new Promise<unknown>((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) reject(new Error(`${message.type}: the connection is closed`));
      this.#waiting.set(id, { type: message.type, resolve, reject });
    });
    this.#socket.send(JSON.stringify({ ...message, id }));
    return { id, result };
  }

  #handle(message: Message): void {
    const id = message.id as number;
    if (message.type === "event") {
      this.#listeners.get(id)?.(message.event);
      return;
    }
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    if (message.type === "pong" || message.success) {
      waiting.resolve(message.result);
      return;
    }
    const { code, message: text } = message.error as { code: string; message: string };
    waiting.reject(new CommandError(waiting.type, code, text));
  }
}
