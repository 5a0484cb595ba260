import { type Clock, type ConnectorLog, isCaretakerError, sleep } from "@caretaker/protocol";
import { createBackoff } from "@caretaker/reach/backoff.ts";
import { canonicalJson } from "@caretaker/reach/canonical.ts";
import type { SwitchWord } from "./words/index.ts";

/** As a Home Assistant is reached: what its connector takes as settings. */
export type HomeAssistantAccess = Readonly<Record<string, unknown>>;

export interface SwitchState {
  readonly entityId: string;
  readonly is: SwitchWord;
}

export interface HomeSwitchDeps {
  /** Such as `input_boolean.caretaker_service_access`. */
  readonly entityId: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: ConnectorLog;
  /** Follows the entity in this Home Assistant, as `watchEntity` does. */
  readonly watch: (
    access: HomeAssistantAccess,
    heard: { readonly signal: AbortSignal; readonly tell: (state: string | null) => void; readonly lost: () => void },
  ) => Promise<{ close(): void }>;
  /** Null when nobody knows any more how it is. */
  readonly turned: (isOn: boolean | null) => void;
}

const LONGEST_WAIT = 60_000;

/**
 * The household's own switch, in Home Assistant, on a line of the agent's own: it works with the hub away. The line goes to the
 * Home Assistant that the agent was given, or else to the first one that the hub could open here, and stays there while it
 * lives: a hub cannot lead it away.
 */
export class HomeSwitch {
  readonly #deps: HomeSwitchDeps;
  /** The agent's own; without it what the hub said last is taken. */
  readonly #own: HomeAssistantAccess | null;
  #access: HomeAssistantAccess | null;
  #is: SwitchWord = "nowhere";
  #life: AbortController | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(deps: HomeSwitchDeps, own: HomeAssistantAccess | null) {
    this.#deps = deps;
    this.#own = own;
    this.#access = own;
  }

  get state(): SwitchState {
    return { entityId: this.#deps.entityId, is: this.#is };
  }

  start(): void {
    if (this.#access === null || this.#life !== null) return;
    this.#life = new AbortController();
    this.#ended = this.#live(this.#life.signal);
  }

  /** The hub has a session with this one. */
  opened(access: HomeAssistantAccess): void {
    if (this.#own !== null) return;
    const isSame = this.#access !== null && canonicalJson(this.#access) === canonicalJson(access);
    this.#access = access;
    // What was refused with these very settings is not tried again.
    if (this.#is === "refused" && !isSame) this.#life = null;
    this.start();
  }

  async stop(): Promise<void> {
    this.#life?.abort();
    await this.#ended;
  }

  async #live(stopped: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#deps;
    const backoff = createBackoff(random, LONGEST_WAIT);
    while (!stopped.aborted) {
      const began = clock.monotonic();
      try {
        await this.#follow(stopped);
        this.#set("away");
      } catch (error) {
        if (stopped.aborted) return;
        const isRefused = isCaretakerError(error, "gateway_auth_failed");
        if (this.#is !== "away") log.warn({ error }, "The switch in Home Assistant is not seen.");
        this.#set(isRefused ? "refused" : "away");
        // Home Assistant bans whoever is refused too often.
        if (isRefused) return;
      }
      await sleep(clock, backoff.next(clock.monotonic() - began), stopped).catch(() => {});
    }
  }

  /** Until the line is gone. */
  async #follow(stopped: AbortSignal): Promise<void> {
    let lost = (): void => {};
    const gone = new Promise<void>((resolve) => {
      lost = resolve;
    });
    const tell = (state: string | null): void => this.#set(wordOf(state));
    const line = await this.#deps.watch(this.#access ?? {}, { signal: stopped, tell, lost });
    stopped.addEventListener("abort", lost, { once: true });
    if (stopped.aborted) lost();
    await gone;
    stopped.removeEventListener("abort", lost);
    line.close();
  }

  #set(is: SwitchWord): void {
    this.#is = is;
    this.#deps.turned(is === "on" ? true : is === "off" ? false : null);
  }
}

function wordOf(state: string | null): SwitchWord {
  if (state === null) return "missing";
  return state === "on" || state === "off" ? state : "unclear";
}
