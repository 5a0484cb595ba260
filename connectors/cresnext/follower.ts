import {
  type Cancel,
  CaretakerError,
  type Clock,
  type ConnectorLog,
  type DialedSocket,
  isCaretakerError,
  type LostKind,
  type Reason,
  type SessionEvent,
} from "@caretaker/protocol";
import { JsonStream } from "./client/json-stream.ts";
import { keepAsking } from "./client/pulse.ts";
import { deviceOf, merge, OBJECTS, type ObjectName, type Tree } from "./client/tree.ts";
import type { CresNextClient } from "./client.ts";
import { type Panel, panelOf } from "./normalise.ts";
import { words } from "./words.ts";

export interface FollowerDeps {
  readonly client: CresNextClient;
  readonly base: string;
  readonly clock: Clock;
  readonly log: ConnectorLog;
  readonly emit: (event: SessionEvent) => void;
  readonly lost: (kind: LostKind, reason: Reason) => void;
  readonly garbage: (what: string) => void;
}

/** Where nothing is pushed, the panel is asked this often. */
const POLL_MILLISECONDS = 30_000;
/** After that, a restart that was asked for has not come. */
const RESTART_MILLISECONDS = 120_000;

/** Follows one panel for as long as the connection lives, and tells what happens in our words. */
export class Follower {
  readonly client: CresNextClient;
  readonly #deps: FollowerDeps;
  /** Which name this firmware gives each object; absent where it has none. */
  readonly #names = new Map<(typeof OBJECTS)[number], ObjectName>();
  #tree: Tree = {};
  #panel: Panel | undefined;
  #socket: DialedSocket | undefined;
  #stops: Cancel[] = [];
  #restartAskedAt: number | undefined;
  #isOver = false;

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
    this.client = deps.client;
  }

  /** Resolves when the panel was told once. */
  async start(): Promise<void> {
    const socket = await this.client.openSocket();
    // From here on whatever fails has to let go of the line.
    this.#socket = socket;
    socket?.on("close", (code) => this.#lineClosed(`closed with ${code}`));
    if (socket !== undefined) this.#listen(socket);
    for (const names of OBJECTS) await this.#find(names);
    const panel = panelOf(this.#tree);
    if (panel === undefined) throw new CaretakerError("gateway_misbehaving", words.noInfo(this.#deps.base));
    this.#panel = panel;
    this.#tellAll(panel);
    if (socket === undefined) this.#pollLater();
    else this.#subscribe(socket);
  }

  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const stop of this.#stops.splice(0)) stop();
    // A dead line never says goodbye back.
    this.#socket?.close(1000);
    const socket = this.#socket;
    if (socket !== undefined) this.#deps.clock.after(2000, () => socket.terminate());
  }

  get panel(): Panel {
    if (this.#panel === undefined) throw new CaretakerError("gateway_lost", words.lost(this.#deps.base));
    return this.#panel;
  }

  get isPushed(): boolean {
    return this.#socket !== undefined;
  }

  /** The panel's model of itself as it is now: what is read is asked anew, never taken from memory. */
  async look(at: (typeof OBJECTS)[number]): Promise<Panel> {
    await this.#find(at);
    this.#tellChanges();
    return this.panel;
  }

  /** Somebody asked for a restart: a line that closes now closes because of it. */
  expectRestart(): void {
    this.#restartAskedAt = this.#deps.clock.monotonic();
  }

  forgetRestart(): void {
    this.#restartAskedAt = undefined;
  }

  /** So much of it is not understood that it is no panel, or one gone mad. */
  giveUp(what: string): void {
    this.#end("misbehaving", { code: "garbage", detail: what });
    this.#socket?.terminate();
  }

  #isRestarting(): boolean {
    const at = this.#restartAskedAt;
    return at !== undefined && this.#deps.clock.monotonic() - at < RESTART_MILLISECONDS;
  }

  /** Asks for an object by the name it has here, or by each that it may have. */
  async #find(names: (typeof OBJECTS)[number]): Promise<void> {
    const known = this.#names.get(names);
    for (const name of known === undefined ? names : [known]) {
      const device = deviceOf(await this.client.get(`/Device/${name}`));
      if (device?.[name] === undefined) continue;
      this.#names.set(names, name);
      // What was read whole takes the place of what was pieced together.
      this.#tree = { ...this.#tree, [name]: device[name] };
      return;
    }
  }

  // ---- What is pushed ----

  #listen(socket: DialedSocket): void {
    const stream = new JsonStream(
      (message) => this.#take(message),
      (what) => this.#deps.garbage(what),
      () => this.#deps.clock.monotonic(),
    );
    socket.on("message", (data, isBinary) => {
      if (this.#isOver) return;
      if (isBinary) this.#deps.garbage("a binary frame");
      else stream.feed(data.toString("utf8"));
    });
    this.#stops.push(keepAsking(this.#deps.clock, socket, () => this.#lineSilent(socket)));
  }

  #subscribe(socket: DialedSocket): void {
    for (const name of this.#names.values()) socket.send(`/Device/${name}`);
  }

  #take(message: unknown): void {
    const change = deviceOf(message);
    if (change === undefined) {
      this.#deps.garbage("a message without a device");
      return;
    }
    this.#tree = merge(this.#tree, change);
    if (this.#panel !== undefined) this.#tellChanges();
  }

  #lineSilent(socket: DialedSocket): void {
    this.#end("unreachable", { code: "silent" });
    socket.terminate();
  }

  #lineClosed(detail: string): void {
    this.#end("unreachable", { code: "connection_lost", detail });
  }

  #end(kind: LostKind, reason: Reason): void {
    if (this.#isOver) return;
    this.stop();
    if (this.#isRestarting()) this.#deps.lost("restarting", { code: "restarting" });
    else this.#deps.lost(kind, reason);
  }

  // ---- What is asked for where nothing is pushed ----

  #pollLater(): void {
    this.#stops = [this.#deps.clock.after(POLL_MILLISECONDS, () => void this.#poll())];
  }

  async #poll(): Promise<void> {
    try {
      for (const names of this.#names.keys()) await this.#find(names);
    } catch (error) {
      this.#end(...endingOf(error));
      return;
    }
    if (this.#isOver) return;
    this.#tellChanges();
    this.#pollLater();
  }

  // ---- What is told ----

  #tellAll(panel: Panel): void {
    const { emit, clock } = this.#deps;
    const at = clock.now().getTime();
    emit({ type: "gateway", version: panel.firmware ?? "unknown", name: panel.name, state: "running" });
    emit({ type: "inventory", inventory: panel.inventory });
    emit({ type: "states", full: true, changes: panel.states.map((state) => ({ ...state, at })) });
  }

  /** What is as it was is not told again. */
  #tellChanges(): void {
    const before = this.panel;
    const panel = panelOf(this.#tree);
    if (panel === undefined || this.#isOver) return;
    this.#panel = panel;
    if (JSON.stringify(panel.inventory) !== JSON.stringify(before.inventory)) {
      this.#tellAll(panel);
      return;
    }
    const at = this.#deps.clock.now().getTime();
    const known = new Map(before.states.map((state) => [state.key, JSON.stringify(state)]));
    const changes = panel.states
      .filter((state) => known.get(state.key) !== JSON.stringify(state))
      .map((state) => ({ ...state, at, since: at }));
    if (changes.length > 0) this.#deps.emit({ type: "states", full: false, changes });
  }
}

function endingOf(error: unknown): [LostKind, Reason] {
  const detail = error instanceof Error ? error.message.slice(0, 300) : String(error);
  if (isCaretakerError(error, "gateway_auth_failed")) return ["refused", { code: error.code, detail }];
  if (isCaretakerError(error, "gateway_misbehaving")) return ["misbehaving", { code: error.code, detail }];
  if (isCaretakerError(error, "gateway_unsupported")) return ["unsupported", { code: error.code, detail }];
  return ["unreachable", { code: "connection_lost", detail }];
}
