import { type Cancel, CaretakerError, type Clock } from "@caretaker/protocol";
import type { Part } from "../teller.ts";
import { words } from "../words.ts";
import type { HomeClient } from "./client.ts";
import { type HomeFacts, normaliseHome } from "./normalise.ts";
import { type Collection, PATHS, type Row, rowsIn } from "./schema.ts";

export interface HomeFollowerDeps {
  readonly client: HomeClient;
  readonly where: string;
  readonly clock: Clock;
  readonly tell: (part: Part) => void;
  /** What came was not understood so many times. */
  readonly garbage: (count: number) => void;
  readonly lost: (error: unknown) => void;
}

/** There is no push: this often it is asked how things are, as working clients do. */
const LOOK_MILLISECONDS = 15_000;
/** After a command, until it is seen what came of it. */
const SOON_MILLISECONDS = 1500;
const SOON_FOR_MILLISECONDS = 10_000;
/** Rooms and what is missing change only when an installer was there: every twentieth look, five minutes. */
const RARELY = 20;
const COLLECTIONS = Object.keys(PATHS) as Collection[];
const RARE: ReadonlySet<Collection> = new Set(["rooms"]);

/** Follows one Crestron Home for as long as its door is open. What is answered as before is not even parsed. */
export class HomeFollower {
  readonly client: HomeClient;
  readonly #deps: HomeFollowerDeps;
  readonly #texts = new Map<Collection, string>();
  readonly #absent = new Set<Collection>();
  #facts: HomeFacts = {};
  #looks = 0;
  #soonUntil = 0;
  #cancel: Cancel = () => {};
  #isLooking = false;
  #isOver = false;

  constructor(deps: HomeFollowerDeps) {
    this.#deps = deps;
    this.client = deps.client;
  }

  /** Resolves when all of it was told once. Rejects where it has none of what a Crestron Home has. */
  async start(): Promise<void> {
    await this.#ask(COLLECTIONS);
    if (this.#absent.size === COLLECTIONS.length)
      throw new CaretakerError("gateway_unsupported", words.notHome(this.#deps.where));
    this.#tell();
    this.#looks = 1;
    this.#lookLater();
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel();
    this.client.close();
  }

  get facts(): HomeFacts {
    return this.#facts;
  }

  /** Asks for these now: what is decided by is never what was heard some time ago. */
  async look(collections: readonly Collection[]): Promise<HomeFacts> {
    if (await this.#ask(collections)) this.#tell();
    return this.#facts;
  }

  /** Looks often for a while, since something was told to change. */
  lookSoon(): void {
    this.#soonUntil = this.#deps.clock.monotonic() + SOON_FOR_MILLISECONDS;
    if (this.#isLooking || this.#isOver) return;
    this.#cancel();
    this.#lookLater();
  }

  /** Looks at once: something suggests that the processor is gone. */
  lookNow(): void {
    if (this.#isLooking || this.#isOver) return;
    this.#cancel();
    void this.#look();
  }

  #lookLater(): void {
    const isSoon = this.#deps.clock.monotonic() < this.#soonUntil;
    this.#cancel = this.#deps.clock.after(isSoon ? SOON_MILLISECONDS : LOOK_MILLISECONDS, () => void this.#look());
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    const isRare = this.#looks % RARELY === 0;
    this.#looks += 1;
    try {
      const asked = COLLECTIONS.filter((one) => isRare || !(RARE.has(one) || this.#absent.has(one)));
      if (await this.#ask(asked)) this.#tell();
    } catch (error) {
      if (!this.#isOver) this.#deps.lost(error);
      return;
    } finally {
      this.#isLooking = false;
    }
    if (!this.#isOver) this.#lookLater();
  }

  /** Whether anything was answered in another way than before. */
  async #ask(collections: readonly Collection[]): Promise<boolean> {
    let hasChanged = false;
    for (const collection of collections) {
      const text = await this.client.get(PATHS[collection]);
      if (text !== undefined && text === this.#texts.get(collection)) continue;
      this.#take(collection, text);
      hasChanged = true;
    }
    return hasChanged;
  }

  #take(collection: Collection, text: string | undefined): void {
    const read = text === undefined ? undefined : rowsIn(collection, text);
    const { [collection]: _before, ...others } = this.#facts;
    this.#facts = others;
    if (text === undefined || read === undefined) {
      this.#texts.delete(collection);
      this.#absent.add(collection);
      return;
    }
    this.#texts.set(collection, text);
    this.#absent.delete(collection);
    this.#facts = { ...others, [collection]: read.rows satisfies readonly Row<typeof collection>[] };
    if (read.dropped > 0) this.#deps.garbage(read.dropped);
  }

  #tell(): void {
    if (!this.#isOver) this.#deps.tell(normaliseHome(this.#facts));
  }
}
