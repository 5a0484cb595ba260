import type { Cancel, Clock } from "@caretaker/protocol";
import pg from "pg";
import type { DatabaseLog } from "./log.ts";

export interface ListenerConfig {
  readonly url: string;
  readonly log: DatabaseLog;
  readonly clock: Clock;
}

/** `payload` is null after a gap: something may have been said meanwhile, so look for yourself. */
export type Heard = (payload: string | null) => void;

export interface Listener {
  /** Calls `heard` for what `notify` says on the channel from when this resolves, or tells of a gap. Answers how to stop. */
  on(channel: string, heard: Heard): Promise<() => void>;
  close(): Promise<void>;
}

const FIRST_WAIT_MILLISECONDS = 100;
const LONGEST_WAIT_MILLISECONDS = 5000;

/** Listens on a connection of its own, which is opened again whenever it breaks. */
export function openListener(config: ListenerConfig): Listener {
  return new ReconnectingListener(config);
}

class ReconnectingListener implements Listener {
  readonly #config: ListenerConfig;
  readonly #channels = new Map<string, Set<Heard>>();
  #client: pg.Client | null = null;
  #opening: Promise<void> | null = null;
  #isClosed = false;
  #failures = 0;
  #cancelWait: Cancel = () => {};

  constructor(config: ListenerConfig) {
    this.#config = config;
  }

  async on(channel: string, heard: Heard): Promise<() => void> {
    const listeners = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, listeners);
    listeners.add(heard);
    // Where this fails the connection broke, and the next one subscribes to all channels and tells of the gap.
    await (this.#client ? this.#subscribe(this.#client, channel).catch(() => {}) : this.#open());
    return () => {
      listeners.delete(heard);
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelWait();
    await this.#opening?.catch(() => {});
    await this.#client?.end().catch(() => {});
    this.#client = null;
  }

  /** One connection at a time, however many ask for it. When it cannot be had, it is tried again until closed. */
  async #open(): Promise<void> {
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = null;
    });
    await this.#opening;
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#config.url,
      application_name: "caretaker listener",
      connectionTimeoutMillis: 5000,
      keepAlive: true,
    });
    client.on("notification", ({ channel, payload }) => this.#tell(channel, payload ?? ""));
    client.on("error", () => {});
    try {
      await client.connect();
      for (const channel of this.#channels.keys()) await this.#subscribe(client, channel);
    } catch (error) {
      await client.end().catch(() => {});
      this.#tryAgain(error);
      return;
    }
    if (this.#isClosed) return client.end();
    client.on("end", () => this.#handleEnd(client));
    this.#client = client;
    const hadGap = this.#failures > 0;
    this.#failures = 0;
    if (hadGap) {
      this.#config.log.info({}, "The hub hears the database's wake-ups again.");
      for (const channel of this.#channels.keys()) this.#tell(channel, null);
    }
  }

  #handleEnd(client: pg.Client): void {
    if (this.#client !== client || this.#isClosed) return;
    this.#client = null;
    this.#tryAgain(new Error("the connection ended"));
  }

  #tryAgain(error: unknown): void {
    if (this.#isClosed) return;
    if (this.#failures === 0)
      this.#config.log.warn({ error }, "The hub does not hear the database's wake-ups; it tries again.");
    const wait = Math.min(FIRST_WAIT_MILLISECONDS * 2 ** this.#failures, LONGEST_WAIT_MILLISECONDS);
    this.#failures += 1;
    this.#cancelWait = this.#config.clock.after(wait * (0.5 + Math.random() / 2), () => void this.#open());
  }

  async #subscribe(client: pg.Client, channel: string): Promise<void> {
    await client.query(`listen ${pg.escapeIdentifier(channel)}`);
  }

  #tell(channel: string, payload: string | null): void {
    for (const heard of this.#channels.get(channel) ?? []) {
      try {
        heard(payload);
      } catch (error) {
        this.#config.log.error({ error, channel }, "Something that listens to the database failed.");
      }
    }
  }
}
