import {
  type AgentAsk,
  AgentMessage,
  type AgentSessionEvent,
  CaretakerError,
  type Clock,
  type GatewayId,
  type HubMessage,
  isStatesMessage,
} from "@caretaker/protocol";
import { keepAlive } from "@caretaker/reach/keep-alive.ts";
import type { Turns } from "@caretaker/reach/turns.ts";
import type { WebSocket } from "ws";
import { readStateLine } from "./state-line.ts";

/** What an agent says by itself, not to a question of ours and not of one gateway. */
export type AgentNews = Extract<AgentMessage, { kind: "policy" | "answered" | "help" | "passkeys" | "released" }>;

export interface AgentLinkDeps {
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
  readonly hear: (news: AgentNews) => void;
}

interface Asked {
  readonly done: (value: unknown) => void;
  readonly fail: (error: Error) => void;
  readonly line: (line: unknown) => void;
}

const MOST_GARBAGE = 20;

/** The hub's end of one agent's line: questions and their answers, and what its gateways say. */
export class AgentLink {
  readonly #socket: WebSocket;
  readonly #deps: AgentLinkDeps;
  readonly #asked = new Map<number, Asked>();
  readonly #hearing = new Map<GatewayId, (events: readonly AgentSessionEvent[]) => void>();
  readonly #ends: (() => void)[] = [];
  #lastId = 0;
  #garbage = 0;
  #isOver = false;
  /** Milliseconds for a question and its answer over the line, lately. */
  roundTrip: number | null = null;

  constructor(socket: WebSocket, turns: Turns, deps: AgentLinkDeps) {
    this.#socket = socket;
    this.#deps = deps;
    const stopPinging = keepAlive(socket, deps.clock, (milliseconds) => {
      this.roundTrip = Math.round(milliseconds);
    });
    socket.on("close", () => {
      stopPinging();
      this.#end();
    });
    turns.handOver(
      (text) => this.#take(text),
      (bytes, from, to) => this.#takeBytes(bytes, from, to),
    );
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Rejects with what the agent says; with `gateway_lost` when the line goes first, and then nobody knows what happened. */
  ask(ask: AgentAsk, line: (line: unknown) => void = () => {}): Promise<unknown> {
    if (this.#isOver) return Promise.reject(agentAway());
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((done, fail) => {
      this.#asked.set(id, { done, fail, line });
      this.say({ kind: "ask", id, ask });
    });
  }

  say(message: HubMessage): void {
    if (!this.#isOver) this.#socket.send(JSON.stringify(message));
  }

  /** What a gateway behind the agent says, until the returned function is called or somebody else listens to it. */
  listen(gatewayId: GatewayId, hear: (events: readonly AgentSessionEvent[]) => void): () => void {
    this.#hearing.set(gatewayId, hear);
    return () => {
      if (this.#hearing.get(gatewayId) === hear) this.#hearing.delete(gatewayId);
    };
  }

  /** Called once, at the end of the line; at once where it has ended. Returns what takes it back. */
  onEnd(end: () => void): () => void {
    if (this.#isOver) end();
    else this.#ends.push(end);
    return () => {
      const at = this.#ends.indexOf(end);
      if (at >= 0) this.#ends.splice(at, 1);
    };
  }

  /** Whether somebody answers at the other end within this time. */
  answersWithin(milliseconds: number): Promise<boolean> {
    if (this.#isOver) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (answers: boolean): void => {
        cancel();
        this.#socket.off("pong", handlePong);
        resolve(answers);
      };
      const handlePong = (): void => settle(true);
      const cancel = this.#deps.clock.after(milliseconds, () => settle(false));
      this.#socket.on("pong", handlePong);
      this.onEnd(() => settle(false));
      this.#socket.ping();
    });
  }

  /** Cuts the line: what was asked stays open, as after any loss. */
  cut(): void {
    this.#socket.terminate();
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.roundTrip = null;
    for (const { fail } of this.#asked.values())
      fail(new CaretakerError("gateway_lost", "The line to the agent in the home was lost before it answered."));
    this.#asked.clear();
    this.#hearing.clear();
    for (const end of this.#ends.splice(0)) end();
  }

  /** The hot path: most of what an agent says is this. A gateway that is none of its own is heard by nobody. */
  #takeBytes(bytes: Buffer, from: number, to: number): void {
    const line = this.#isOver ? undefined : readStateLine(bytes, from, to);
    if (line === undefined) this.#take(bytes.toString("utf8", from, to));
    else this.#hearing.get(line.gatewayId as GatewayId)?.([{ type: "states", full: false, changes: [line.change] }]);
  }

  #take(text: string): void {
    if (this.#isOver) return;
    const message = readMessage(text);
    if (message === null) this.#countGarbage();
    else if (message.kind === "answer") this.#settle(message.id, ({ done }) => done(message.value));
    else if (message.kind === "failed")
      this.#settle(message.id, ({ fail }) => fail(CaretakerError.from(message.error)));
    else if (message.kind === "line") this.#asked.get(message.id)?.line(message.line);
    else if (message.kind === "events") this.#hearing.get(message.gatewayId)?.(message.events);
    else this.#deps.hear(message);
  }

  /** An answer to what was never asked, or was answered before, is nothing. */
  #settle(id: number, settle: (asked: Asked) => void): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (asked !== undefined) settle(asked);
  }

  #countGarbage(): void {
    this.#garbage += 1;
    if (this.#garbage === 1)
      this.#deps.log.warn({}, "An agent says what this hub does not understand. Is the agent newer?");
    if (this.#garbage >= MOST_GARBAGE) this.cut();
  }
}

export function agentAway(): CaretakerError {
  return new CaretakerError("gateway_unreachable", "The agent in the home is not connected to the hub now.", {
    meta: { cause: "agent_away", isSent: false },
  });
}

function readMessage(text: string): AgentMessage | null {
  try {
    const said: unknown = JSON.parse(text);
    return isStatesMessage(said) ? said : AgentMessage.parse(said);
  } catch {
    return null;
  }
}
