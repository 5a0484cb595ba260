import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

interface StartFakeSupervisor {
  /** The Home Assistant that it stands before, a real one or a fake, and the token by which it is let in there. */
  readonly homeAssistant: { readonly url: string; readonly token: string };
  /** Free to choose, so that it can come back where it was. */
  readonly port?: number;
}

/**
 * The part of the Supervisor that apps speak with Home Assistant through: `/core/api` and `/core/websocket`, and nothing
 * else. It looks at the app's token, and says what comes after in its own name, as the real one does.
 */
export class FakeSupervisor {
  /** What the app's environment has as `SUPERVISOR_TOKEN`. */
  readonly token = randomBytes(56).toString("hex");
  readonly #home: StartFakeSupervisor["homeAssistant"];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #upgrader = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  /** Requests and logins without the right token. */
  refused = 0;

  private constructor(home: StartFakeSupervisor["homeAssistant"]) {
    this.#home = home;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.writeHead(502).end("502: Bad Gateway"));
    });
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.#upgrade(request, socket, head).catch(() => socket.destroy());
    });
  }

  static async start({ homeAssistant, port = 0 }: StartFakeSupervisor): Promise<FakeSupervisor> {
    const supervisor = new FakeSupervisor(homeAssistant);
    await new Promise<void>((resolve, reject) => {
      supervisor.#server.once("error", reject);
      supervisor.#server.listen(port, "127.0.0.1", resolve);
    });
    return supervisor;
  }

  /** As `http://supervisor/core` is to an app. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/core`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = /^\/core(\/api\/.*)$/.exec(request.url ?? "")?.[1];
    if (path === undefined) return void response.writeHead(404).end("404: Not Found");
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      this.refused += 1;
      return void response.writeHead(401).end("401: Unauthorized");
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const method = request.method ?? "GET";
    const answer = await fetch(this.#home.url + path, {
      method,
      headers: { authorization: `Bearer ${this.#home.token}`, "content-type": "application/json" },
      ...(method === "GET" ? {} : { body: Buffer.concat(chunks) }),
    });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
    response.end(Buffer.from(await answer.arrayBuffer()));
  }

  async #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on("error", () => {});
    if (request.url !== "/core/websocket")
      return void socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    const core = await this.#openCore().catch(() => null);
    if (core === null) return void socket.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
    this.#upgrader.handleUpgrade(request, socket, head, (app) => this.#join(app, core));
  }

  /** A line to Home Assistant that is logged in, and the version that it says it is. */
  async #openCore(): Promise<{ line: WebSocket; version: string }> {
    const line = new WebSocket(`${this.#home.url.replace(/^http/, "ws")}/api/websocket`);
    line.on("error", () => {});
    return new Promise((resolve, reject) => {
      line.once("close", () => reject(new Error("Home Assistant is not there.")));
      line.on("message", function hear(data) {
        const { type, ha_version: version } = JSON.parse(String(data)) as { type: string; ha_version: string };
        if (type !== "auth_ok") return;
        line.off("message", hear);
        line.pause();
        resolve({ line, version });
      });
      line.once("open", () => line.send(JSON.stringify({ type: "auth", access_token: this.#home.token })));
    });
  }

  #join(app: WebSocket, { line, version }: { line: WebSocket; version: string }): void {
    app.on("error", () => {});
    app.on("close", () => line.terminate());
    line.on("close", () => app.close());
    app.send(JSON.stringify({ type: "auth_required", ha_version: version }));
    app.once("message", (data) => {
      const { access_token: token } = JSON.parse(String(data)) as { access_token?: string };
      if (token !== this.token) {
        this.refused += 1;
        app.send(JSON.stringify({ type: "auth_invalid", message: "Invalid access" }));
        app.close();
        return;
      }
      app.send(JSON.stringify({ type: "auth_ok", ha_version: version }));
      line.on("message", (said, isBinary) => app.send(said, { binary: isBinary }));
      app.on("message", (said, isBinary) => line.send(said, { binary: isBinary }));
      line.resume();
    });
  }
}
