import { type Cancel, CaretakerError, type Clock, type SessionEvent } from "@caretaker/protocol";
import type { ConsoleClient } from "./client.ts";
import { commentsIn, hostNameIn, memoryIn, type ProgramComments, refusalIn, versionIn } from "./console/answers.ts";
import { SLOTS, type Slot } from "./console/commands.ts";
import { ipTableIn } from "./console/ip-table.ts";
import { type Facts, type Normalised, normalise } from "./normalise.ts";
import { words } from "./words.ts";

export interface FollowerDeps {
  readonly client: ConsoleClient;
  readonly where: string;
  readonly clock: Clock;
  readonly emit: (event: SessionEvent) => void;
}

/** The console pushes nothing: its IP table is asked for this often. */
const LOOK_MILLISECONDS = 30_000;
/** After that, a restart that was asked for has not come. */
const RESTART_MILLISECONDS = 180_000;

/** Follows one processor for as long as the connection lives, and tells what happens in our words. */
export class Follower {
  readonly client: ConsoleClient;
  readonly #deps: FollowerDeps;
  #facts: Facts | undefined;
  #told: Normalised | undefined;
  #cancel: Cancel = () => {};
  #restartAskedAt: number | undefined;
  #isOver = false;

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
    this.client = deps.client;
  }

  /** Resolves when the processor was told once. */
  async start(): Promise<void> {
    this.#facts = await readFacts(this.client, this.#deps.where);
    this.#tell();
    this.#lookLater();
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel();
  }

  get facts(): Facts {
    if (this.#facts === undefined) throw new CaretakerError("gateway_lost", words.lost(this.#deps.where));
    return this.#facts;
  }

  /** The IP table as it is now. */
  async table(): Promise<Facts["table"]> {
    const said = await this.client.type({ is: "table" });
    const no = refusalIn(said);
    if (no !== undefined) throw new CaretakerError("not_available_here", words.saidNo(no));
    this.#learn({ table: ipTableIn(said) });
    return this.facts.table;
  }

  /** A program as it is now, or undefined where its slot is empty. */
  async program(slot: Slot): Promise<ProgramComments | undefined> {
    return commentsIn(await this.client.type({ is: "comments", slot }));
  }

  async version(): Promise<Facts> {
    const version = versionIn(await this.client.type({ is: "version" }));
    if (version === undefined) throw new CaretakerError("gateway_misbehaving", words.notUnderstood("ver"));
    this.#learn({ version });
    return this.facts;
  }

  expectRestart(): void {
    this.#restartAskedAt = this.#deps.clock.monotonic();
  }

  forgetRestart(): void {
    this.#restartAskedAt = undefined;
  }

  /** Whether the line, when it closes now, closes because the processor goes down. */
  get isGoingDown(): boolean {
    const at = this.#restartAskedAt;
    return at !== undefined && this.#deps.clock.monotonic() - at < RESTART_MILLISECONDS;
  }

  #learn(change: Partial<Facts>): void {
    this.#facts = { ...this.facts, ...change };
    if (!this.#isOver) this.#tell();
  }

  #lookLater(): void {
    this.#cancel = this.#deps.clock.after(LOOK_MILLISECONDS, () => {
      // What fails here is said by the loss that follows, or is asked again.
      this.table()
        .catch(() => {})
        .finally(() => {
          if (!this.#isOver) this.#lookLater();
        });
    });
  }

  /** What is as it was is not told again. */
  #tell(): void {
    const { emit, clock } = this.#deps;
    const now = normalise(this.facts);
    const before = this.#told;
    this.#told = now;
    const at = clock.now().getTime();
    if (before === undefined || JSON.stringify(before.inventory) !== JSON.stringify(now.inventory)) {
      const version = this.facts.version.version ?? "unknown";
      emit({ type: "gateway", version, name: now.name, state: "running" });
      emit({ type: "inventory", inventory: now.inventory });
      emit({ type: "states", full: true, changes: now.states.map((state) => ({ ...state, at })) });
      return;
    }
    const known = new Map(before.states.map((state) => [state.key, JSON.stringify(state)]));
    const changes = now.states
      .filter((state) => known.get(state.key) !== JSON.stringify(state))
      .map((state) => ({ ...state, at, since: at }));
    if (changes.length > 0) emit({ type: "states", full: false, changes });
  }
}

/** Everything that is told of a processor; what its console refuses is not known. */
export async function readFacts(client: ConsoleClient, where: string): Promise<Facts> {
  const version = versionIn(await client.type({ is: "version" }));
  if (version === undefined) throw new CaretakerError("gateway_unsupported", words.noConsole(where));
  const hostName = hostNameIn(await client.type({ is: "hostname" }));
  const programs = new Map<Slot, ProgramComments>();
  for (const slot of SLOTS) {
    const program = commentsIn(await client.type({ is: "comments", slot }));
    if (program !== undefined) programs.set(slot, program);
  }
  const table = ipTableIn(await client.type({ is: "table" }));
  const memory = memoryIn(await client.type({ is: "memory" }));
  return { version, hostName, programs, table, memory };
}
