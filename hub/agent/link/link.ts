import {
  AGENT_FRAME_BYTES,
  type AgentAsk,
  type AgentMessage,
  type AgentWelcome,
  CaretakerError,
  type Clock,
  type ConnectorLog,
  HubMessage,
  isCaretakerError,
  sleep,
} from "@caretaker/protocol";
import type { ProofKey } from "@caretaker/reach/agent-proof.ts";
import { createBackoff } from "@caretaker/reach/backoff.ts";
import { keepAlive } from "@caretaker/reach/keep-alive.ts";
import { WebSocket } from "ws";
import { lineAddress } from "./address.ts";
import { type KnownHub, Refused, type Shaken, shakeHands } from "./shake-hands.ts";

export interface LinkDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: ConnectorLog;
  readonly key: ProofKey;
  readonly version: string;
  /** Answers what the hub asks; `tell` says lines that come before the answer. */
  readonly answer: (ask: AgentAsk, tell: (line: unknown) => void) => Promise<unknown>;
  readonly hear: (message: Exclude<HubMessage, { kind: "ask" }>) => void;
  /** The line is open and both are known; what has to be said first is said in here. */
  readonly opened: (welcome: AgentWelcome, hubKey: string) => void;
  readonly lost: (why: LinkTrouble) => void;
}

/** Why there is no line now: in words for the page, and whether waiting may help. */
export interface LinkTrouble {
  readonly code: "unreachable" | "not_known" | "frozen" | "too_old" | "not_our_hub";
  readonly message: string;
}

type Opened = Shaken & { readonly socket: WebSocket };

const LONGEST_WAIT = 60_000;
/** Nobody but a person changes these; looked at now and then all the same. */
const REFUSED_WAIT = 10 * 60_000;
const OPEN_SECONDS = 15;
/** Waiting to be sent beyond this, the hub does not read: the line is cut, and a fresh snapshot follows. */
const MOST_WAITING_BYTES = 4 * AGENT_FRAME_BYTES;

/** The one line to the hub: opened from inside the home, kept, and opened again with patience. */
export class Link {
  readonly #deps: LinkDeps;
  #socket: WebSocket | null = null;
  #life: AbortController | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(deps: LinkDeps) {
    this.#deps = deps;
  }

  get isOpen(): boolean {
    return this.#socket !== null;
  }

  start(origin: string, hub: () => KnownHub): void {
    if (this.#life !== null) return;
    this.#life = new AbortController();
    this.#ended = this.#live(origin, hub, this.#life.signal);
  }

  /** Says something, or drops it where there is no line: whoever needs it said says it again when there is one. */
  say(message: AgentMessage): void {
    const socket = this.#socket;
    if (socket === null) return;
    socket.send(JSON.stringify(message));
    if (socket.bufferedAmount > MOST_WAITING_BYTES) socket.terminate();
  }

  async stop(): Promise<void> {
    this.#life?.abort();
    this.#life = null;
    this.#socket?.close(1001);
    await this.#ended;
  }

  /** One attempt to be paired, with its outcome: rejects with what stands against it. The line stays open. */
  async pair(origin: string, code: string): Promise<{ hubKey: string; welcome: AgentWelcome }> {
    const life = new AbortController();
    const opened = await this.#open(origin, { code }, life.signal);
    this.#life = life;
    this.#ended = this.#hold(opened).then(() => this.#live(origin, () => ({ key: opened.hubKey }), life.signal));
    return opened;
  }

  async #live(origin: string, hub: () => KnownHub, stopped: AbortSignal): Promise<void> {
    const { clock, log, lost } = this.#deps;
    const backoff = createBackoff(this.#deps.random, LONGEST_WAIT);
    while (!stopped.aborted) {
      const began = clock.monotonic();
      let wait: number | null = null;
      try {
        const opened = await this.#open(origin, hub(), stopped);
        log.info({ hub: origin }, "The line to the hub is open.");
        await this.#hold(opened);
        if (!stopped.aborted) lost({ code: "unreachable", message: "The line to the hub was lost." });
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble.code !== "unreachable") wait = REFUSED_WAIT;
        log.warn({ hub: origin, code: trouble.code, detail: trouble.message }, "There is no line to the hub.");
        lost(trouble);
      }
      await sleep(clock, wait ?? backoff.next(clock.monotonic() - began), stopped).catch(() => {});
    }
  }

  async #open(origin: string, hub: KnownHub, stopped: AbortSignal): Promise<Opened> {
    const { key, version, clock } = this.#deps;
    const socket = await openSocket(lineAddress(origin), stopped);
    try {
      return { socket, ...(await shakeHands(socket, { key, version, hub, clock })) };
    } catch (error) {
      socket.terminate();
      throw error;
    }
  }

  /** Until the line is gone. */
  #hold({ socket, turns, welcome, hubKey }: Opened): Promise<void> {
    const { clock, opened } = this.#deps;
    return new Promise((resolve, reject) => {
      const stopPinging = keepAlive(socket, clock);
      const end = (settle: () => void): void => {
        stopPinging();
        if (this.#socket === socket) this.#socket = null;
        settle();
      };
      socket.on("close", () => end(resolve));
      if (socket.readyState !== WebSocket.OPEN) return end(resolve);
      this.#socket = socket;
      try {
        opened(welcome, hubKey);
        turns.handOver((text) => this.#take(text));
      } catch (error) {
        // What the hub says of itself does not fit what this home knows of it.
        end(() => reject(error));
        socket.terminate();
      }
    });
  }

  #take(text: string): void {
    const message = readMessage(text);
    if (message === null) {
      this.#deps.log.warn({}, "The hub said something that this version does not know. Is the hub newer?");
    } else if (message.kind === "ask") this.#answer(message.id, message.ask);
    else this.#deps.hear(message);
  }

  #answer(id: number, ask: AgentAsk): void {
    this.#deps
      .answer(ask, (line) => this.say({ kind: "line", id, line }))
      .then(
        (value) => this.say({ kind: "answer", id, value: value ?? null }),
        (error: unknown) => {
          const isOurs = isCaretakerError(error);
          if (!isOurs) this.#deps.log.warn({ error, what: ask.what }, "What the hub asked failed in a new way.");
          const said = isOurs ? error : new CaretakerError("internal", "The agent failed; its log says how.");
          this.say({ kind: "failed", id, error: said.report() });
        },
      );
  }
}

function openSocket(url: string, stopped: AbortSignal): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    // TLS is checked as Node checks it; no redirect is followed, and nothing is sent before it is open.
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: AGENT_FRAME_BYTES,
      handshakeTimeout: OPEN_SECONDS * 1000,
    });
    const handleStop = (): void => socket.terminate();
    stopped.addEventListener("abort", handleStop, { once: true });
    socket.once("open", () => {
      stopped.removeEventListener("abort", handleStop);
      resolve(socket);
    });
    socket.on("error", (error) => {
      stopped.removeEventListener("abort", handleStop);
      reject(
        new CaretakerError("gateway_unreachable", `The hub cannot be reached: ${error.message}.`, { cause: error }),
      );
    });
  });
}

/** Unknown kinds of a newer hub are null as well. */
function readMessage(text: string): HubMessage | null {
  try {
    return HubMessage.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function troubleOf(error: unknown): LinkTrouble {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Refused) return { code: error.why === "busy" ? "unreachable" : error.why, message };
  return { code: isCaretakerError(error, "target_refused") ? "not_our_hub" : "unreachable", message };
}
