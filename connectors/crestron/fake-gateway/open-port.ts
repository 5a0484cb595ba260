import type { AddressInfo, Server, Socket } from "node:net";

/** A port of this machine that a simulated door listens on. It stays the same when the door is shut and opened again. */
export class OpenPort {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #number: number;
  /** Connections that were opened so far. */
  opened = 0;

  /** 0: a free one, chosen when it first listens. */
  constructor(number: number) {
    this.#number = number;
  }

  get number(): number {
    return this.#number;
  }

  /** Lines that are open now. */
  get lines(): number {
    return this.#sockets.size;
  }

  async listen(server: Server): Promise<void> {
    server.on("connection", (socket: Socket) => {
      this.opened += 1;
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#number, "127.0.0.1", resolve);
    });
    this.#number = (server.address() as AddressInfo).port;
  }

  cutLines(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lines break and nobody listens any more. */
  async shut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.cutLines();
    await closed;
  }
}
