import { createServer, type Server, type Socket } from "node:net";

export interface FakeThing {
  readonly id: string;
  readonly name: string;
  readonly room: string;
  readonly kind: string;
  on: boolean;
  reachable: boolean;
}

interface Asked {
  readonly ask: number;
  readonly what: string;
  readonly token?: string;
  readonly thing?: string;
}

type Reply = { readonly ok: unknown } | { readonly error: string };

export interface StartFakeToy {
  readonly port?: number;
  readonly token?: string;
}

/** A gateway with state, to break: for tests and for the demo. */
export async function startFakeToy({ port = 0, token = "token-of-a-fake-home" }: StartFakeToy = {}): Promise<FakeToy> {
  const fake = new FakeToy(token);
  await fake.listen(port);
  return fake;
}

export class FakeToy {
  readonly token: string;
  readonly rooms = [
    { id: "r1", name: "Hall" },
    { id: "r2", name: "Kitchen" },
  ];
  readonly things: FakeThing[] = [
    { id: "t1", name: "Ceiling lamp", room: "r1", kind: "lamp", on: true, reachable: true },
    { id: "t2", name: "Coffee machine", room: "r2", kind: "socket", on: false, reachable: true },
    { id: "t3", name: "Front door", room: "r1", kind: "lock", on: true, reachable: true },
  ];
  /** What was done to the home. */
  readonly acts: { readonly what: string; readonly thing: unknown }[] = [];
  loginsRefused = 0;
  /** Says nothing any more, and keeps its lines open: a half-open link. */
  isSilent = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #loggedIn = new Set<Socket>();
  #port = 0;

  constructor(token: string) {
    this.token = token;
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** What a technician would type. */
  get config(): { address: string; token: string } {
    return { address: this.address, token: this.token };
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", () => {
        this.#port = (this.#server.address() as { port: number }).port;
        resolve();
      });
    });
  }

  /** Changes a thing, as somebody in the home would, and tells whoever is logged in. */
  change(id: string, to: Partial<Pick<FakeThing, "on" | "reachable">>): void {
    const thing = this.things.find((one) => one.id === id);
    if (thing === undefined) throw new Error(`There is no thing ${id}`);
    this.say({ changed: Object.assign(thing, to) });
  }

  /** Says this to whoever is logged in, whatever it is. */
  say(line: unknown): void {
    const text = typeof line === "string" ? line : JSON.stringify(line);
    if (!this.isSilent) for (const socket of this.#loggedIn) socket.write(`${text}\n`);
  }

  /** It is gone: the connections break and nothing listens. */
  async goAway(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  close(): Promise<void> {
    return this.goAway();
  }

  #welcome(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#loggedIn.delete(socket);
    });
    let rest = "";
    socket.setEncoding("utf8");
    socket.on("data", (piece: string) => {
      const lines = (rest + piece).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#answer(socket, JSON.parse(line));
    });
  }

  #answer(socket: Socket, asked: Asked): void {
    if (this.isSilent) return;
    const reply = asked.what === "login" ? this.#logIn(socket, asked) : this.#replyTo(socket, asked);
    socket.write(`${JSON.stringify({ answer: asked.ask, ...reply })}\n`);
  }

  #logIn(socket: Socket, { token }: Asked): Reply {
    if (token === this.token) {
      this.#loggedIn.add(socket);
      return { ok: true };
    }
    this.loginsRefused += 1;
    return { error: "wrong token" };
  }

  #replyTo(socket: Socket, { what, thing: id }: Asked): Reply {
    if (!this.#loggedIn.has(socket)) return { error: "not logged in" };
    if (what === "info") return { ok: { name: "Fake home", version: "1.4.0" } };
    if (what === "house") return { ok: { rooms: this.rooms, things: this.things } };
    const thing = this.things.find((one) => one.id === id);
    if (what !== "refresh" || thing === undefined) return { error: "no such thing" };
    this.acts.push({ what, thing: thing.id });
    return { ok: true };
  }
}
