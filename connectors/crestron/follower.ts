import { type Cancel, CaretakerError, type Clock } from "@caretaker/protocol";
import type { ConsoleClient } from "./client.ts";
import { commentsIn, hostNameIn, memoryIn, type ProgramComments, refusalIn, versionIn } from "./console/answers.ts";
import { SLOTS, type Slot } from "./console/commands.ts";
import { type CresnetDevice, cresnetIn } from "./console/cresnet.ts";
import { ipTableIn } from "./console/ip-table.ts";
import { type Facts, normalise } from "./normalise.ts";
import type { Identity, Part } from "./teller.ts";
import { words } from "./words.ts";

export interface FollowerDeps {
  readonly client: ConsoleClient;
  readonly where: string;
  readonly clock: Clock;
  readonly tell: (identity: Identity, part: Part) => void;
}

/** The console pushes nothing: its IP table is asked for this often. */
const LOOK_MILLISECONDS = 30_000;
/** The bus is slow, and asked at every tenth look. */
const CRESNET_EVERY = 10;

/** Follows one processor for as long as the connection lives, and tells what happens in our words. */
export class Follower {
  readonly client: ConsoleClient;
  readonly #deps: FollowerDeps;
  #facts: Facts | undefined;
  #looks = 0;
  #cancel: Cancel = () => {};
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
    this.client.close();
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

  /** What stands on its own bus now. What was listed before and is not any more is kept as such: why it is silent is not known. */
  async cresnet(): Promise<Facts["cresnet"]> {
    const listed = cresnetIn(await this.client.type({ is: "cresnet" }));
    this.#learn({ cresnet: withMissing(this.facts.cresnet, listed) });
    return this.facts.cresnet;
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

  #learn(change: Partial<Facts>): void {
    this.#facts = { ...this.facts, ...change };
    if (!this.#isOver) this.#tell();
  }

  #lookLater(): void {
    this.#cancel = this.#deps.clock.after(LOOK_MILLISECONDS, () => {
      // What fails here is said by the loss that follows, or is asked again.
      this.#looks += 1;
      this.table()
        .then(async () => this.#looks % CRESNET_EVERY === 0 && (await this.cresnet()))
        .catch(() => {})
        .finally(() => {
          if (!this.#isOver) this.#lookLater();
        });
    });
  }

  #tell(): void {
    const { name, inventory, states } = normalise(this.facts);
    this.#deps.tell({ name, version: this.facts.version.version ?? "unknown" }, { inventory, states });
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
  const cresnet = withMissing([], cresnetIn(await client.type({ is: "cresnet" })));
  return { version, hostName, programs, table, memory, cresnet };
}

function withMissing(before: Facts["cresnet"], listed: readonly CresnetDevice[]): Facts["cresnet"] {
  const ids = new Set(listed.map(({ id }) => id));
  const missing = before.filter(({ id }) => !ids.has(id)).map((device) => ({ ...device, isListed: false }));
  return [...listed.map((device) => ({ ...device, isListed: true })), ...missing].slice(0, 300);
}
