import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "@caretaker/protocol";
import { type KeyWords, makeKey } from "@caretaker/reach/agent-proof.ts";
import { z } from "zod";
import { damaged } from "./damaged.ts";
import { HomeState, NEW_HOME } from "./home-state.ts";
import { LinesFile } from "./lines-file.ts";
import { ActRecord, JournalEntry } from "./records.ts";
import { SteadyTime } from "./steady-time.ts";
import { readWhole, writeWhole } from "./whole-file.ts";

const KeptKey = z.strictObject({ publicKey: z.string().length(43), privateKey: z.string().length(43) });

/** As `data folder/name`. */
const FILES = { key: "key.json", home: "home.json", acts: "acts.jsonl", journal: "journal.jsonl" } as const;

/** So many lines of the journal are kept; fewer are shown. */
const JOURNAL_LINES = 500;

/** What the agent keeps of its home, in one folder. It is opened once, by one process. */
export class Store {
  readonly key: KeyWords;
  readonly time: SteadyTime;
  readonly acts: LinesFile<ActRecord>;
  /** As they were read when the store was opened. */
  readonly actsBefore: readonly ActRecord[];
  readonly #homePath: string;
  readonly #journal: LinesFile<JournalEntry>;
  #entries: JournalEntry[];
  #home: HomeState;

  private constructor(parts: {
    key: KeyWords;
    time: SteadyTime;
    homePath: string;
    home: HomeState;
    acts: Awaited<ReturnType<typeof LinesFile.open<typeof ActRecord>>>;
    journal: Awaited<ReturnType<typeof LinesFile.open<typeof JournalEntry>>>;
  }) {
    this.key = parts.key;
    this.time = parts.time;
    this.acts = parts.acts.file;
    this.actsBefore = parts.acts.entries;
    this.#homePath = parts.homePath;
    this.#home = parts.home;
    this.#journal = parts.journal.file;
    this.#entries = parts.journal.entries;
  }

  static async open(folder: string, clock: Clock): Promise<Store> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = (name: keyof typeof FILES): string => join(folder, FILES[name]);
    const home = readJson(path("home"), HomeState);
    const key = readJson(path("key"), KeptKey);
    if (home !== null && key === null) throw damaged(path("key"), new Error("It is missing."));
    // Without it nobody knows what was done already.
    if (home?.pairing != null && readWhole(path("acts")) === null)
      throw damaged(path("acts"), new Error("It is missing."));
    const acts = await LinesFile.open(path("acts"), ActRecord);
    const journal = await LinesFile.open(path("journal"), JournalEntry);
    const moments = [home?.savedAt, acts.entries.at(-1)?.at, journal.entries.at(-1)?.at];
    const time = new SteadyTime(clock, Math.max(0, ...moments.map((moment) => Date.parse(moment ?? "") || 0)));
    const store = new Store({
      key: key ?? makeNewKey(path("key")),
      time,
      homePath: path("home"),
      home: home ?? { ...NEW_HOME, savedAt: time.moment() },
      acts,
      journal,
    });
    if (home === null) store.change({});
    if (journal.entries.length > JOURNAL_LINES) await store.#shortenJournal();
    return store;
  }

  get home(): HomeState {
    return this.#home;
  }

  get journal(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** On the disk when it returns. Where it cannot be written it throws, and what was known before stands. */
  change(changed: Partial<Omit<HomeState, "version" | "savedAt">>): void {
    const next = { ...this.#home, ...changed, savedAt: this.time.moment() };
    writeWhole(this.#homePath, `${JSON.stringify(next)}\n`);
    this.#home = next;
  }

  /** What happened, for the page: shown at once, and kept as soon as the disk allows. */
  note(entry: JournalEntry): Promise<void> {
    this.#entries.push(entry);
    if (this.#entries.length > 2 * JOURNAL_LINES) return this.#shortenJournal();
    return this.#journal.append(entry);
  }

  async close(): Promise<void> {
    await Promise.all([this.acts.close(), this.#journal.close()]);
  }

  #shortenJournal(): Promise<void> {
    this.#entries = this.#entries.slice(-JOURNAL_LINES);
    return this.#journal.replace(this.#entries);
  }
}

function makeNewKey(path: string): KeyWords {
  const key = makeKey();
  writeWhole(path, `${JSON.stringify(key)}\n`);
  return key;
}

function readJson<S extends z.ZodType>(path: string, schema: S): z.infer<S> | null {
  const text = readWhole(path);
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw damaged(path, error);
  }
}
