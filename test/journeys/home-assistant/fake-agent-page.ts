import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A question as the agent's local API tells it. */
export interface FakeQuestion {
  readonly requestId: string;
  readonly digest: string;
  readonly technician: string;
  readonly why: string;
  readonly lines: readonly string[];
  readonly answerBy: string;
  readonly private: boolean;
}

export interface FakeState {
  readonly version: number;
  readonly home: string | null;
  readonly firm: { readonly name: string; readonly phone: string | null } | null;
  readonly fingerprint: string;
  readonly hub: { readonly connected: boolean; readonly since: string | null };
  readonly confirmed: boolean;
  readonly hubAlone: string;
  readonly stoppedAt: string | null;
  readonly atWork: { readonly technician: string; readonly why: string; readonly since: string } | null;
  readonly questions: readonly FakeQuestion[];
  readonly language: string;
}

const STATE: FakeState = {
  version: 1,
  home: "Keizersgracht 12",
  firm: { name: "Lumen & Sons", phone: "+31 20 555 0100" },
  fingerprint: "4F2A 91C0 7E3B D855",
  hub: { connected: true, since: "2026-11-01T10:00:00.000Z" },
  confirmed: true,
  hubAlone: "quiet",
  stoppedAt: null,
  atWork: null,
  questions: [],
  language: "nl",
};

/** What was asked of the agent: the path, and the body where there was one. */
export interface FakeCall {
  readonly path: string;
  readonly body: unknown;
}

/** The local API of an agent in a home, without an agent. */
export class FakeAgentPage {
  token = "token-of-the-page";
  readonly calls: FakeCall[] = [];
  /** What `POST /api/answer` refuses with; undefined while it does not. */
  refusal: { readonly status: number; readonly code: string; readonly message: string } | undefined;
  #state = STATE;
  #server: Server | undefined;
  #port = 0;
  readonly #followers = new Set<ServerResponse>();

  async start(): Promise<this> {
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get state(): FakeState {
    return this.#state;
  }

  /** How many lines for events are open. */
  get followers(): number {
    return this.#followers.size;
  }

  /** Becomes something else, and tells those who follow. */
  change(changed: Partial<FakeState>): void {
    this.#state = { ...this.#state, ...changed };
    for (const follower of this.#followers) this.#tell(follower);
  }

  /** Goes away; `start` brings it back at the same address. */
  async stop(): Promise<void> {
    if (!this.#server) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    this.#server = undefined;
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.authorization !== `Bearer ${this.token}`) return answer(response, 401, { code: "not_allowed" });
    const path = `${request.method} ${request.url}`;
    if (path === "GET /api/state") return answer(response, 200, this.#state);
    if (path === "GET /api/events") return this.#follow(response);
    const body: unknown = JSON.parse(await text(request));
    this.calls.push({ path, body });
    if (path === "POST /api/answer") return this.#answer(response, body as { requestId: string });
    if (path === "POST /api/stop") this.change({ stoppedAt: "2026-11-01T11:00:00.000Z", questions: [] });
    if (path === "POST /api/allow-again") this.change({ stoppedAt: null });
    answer(response, 200, {});
  }

  #answer(response: ServerResponse, { requestId }: { requestId: string }): void {
    if (!this.refusal)
      this.change({ questions: this.#state.questions.filter((question) => question.requestId !== requestId) });
    answer(response, this.refusal?.status ?? 200, this.refusal ?? {});
  }

  #follow(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    this.#followers.add(response);
    response.on("close", () => this.#followers.delete(response));
  }

  #tell(follower: ServerResponse): void {
    follower.write(`data: ${JSON.stringify(this.#state)}\n\n`);
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
