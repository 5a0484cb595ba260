import type { ConnectorLog, IntegrationReport } from "@caretaker/protocol";
import type { HomeAssistantClient } from "../client.ts";
import { integrationOf } from "../normalise/inventory.ts";
import { EntryChange, rowsOf } from "../schema.ts";
import type { Chores } from "./chores.ts";
import { askIfThere, fetchSignIns } from "./fetch.ts";
import type { LiveHome } from "./home.ts";

export interface EntriesWatchDeps {
  readonly client: HomeAssistantClient;
  readonly home: LiveHome;
  readonly chores: Chores;
  readonly log: ConnectorLog;
  readonly tell: (integrations: IntegrationReport[]) => void;
  /** One came or went. */
  readonly changed: () => void;
}

/** What is left of a burst of changes is told together. */
const COLLECT_MILLISECONDS = 100;
/** The flow that asks somebody to sign in begins just after the state has changed. */
const SIGN_IN_MILLISECONDS = 500;

/** Follows the integrations: Home Assistant pushes every state that one passes through. */
export class EntriesWatch {
  /** Nothing is told before the inventory was: it says the same. */
  isTelling = false;
  readonly #deps: EntriesWatchDeps;
  #untold = new Set<string>();

  constructor(deps: EntriesWatchDeps) {
    this.#deps = deps;
  }

  /** Resolves when all of them are known. */
  async follow(): Promise<void> {
    const { client, log } = this.#deps;
    await new Promise<void>((resolve, reject) => {
      const handle = (event: unknown): void => {
        this.#take(event);
        resolve();
      };
      client.subscribe({ type: "config_entries/subscribe" }, handle).catch((error: unknown) => {
        // Older ones and simple users only have the list.
        askIfThere(client, { type: "config_entries/get" }).then((entries) => {
          if (Array.isArray(entries)) this.#take(entries.map((entry) => ({ type: null, entry })));
          else log.debug({ error }, "The integrations cannot be seen with this token.");
          resolve();
        }, reject);
      });
    });
  }

  /** Who has to sign in where, asked anew. */
  async refreshSignIns(): Promise<void> {
    const { client, home } = this.#deps;
    const signIns = await fetchSignIns(client);
    if (signIns === undefined) return;
    const before = home.signIns;
    home.signIns = signIns;
    for (const id of [...signIns, ...before]) if (signIns.has(id) !== before.has(id)) this.#tellLater(id);
  }

  #take(event: unknown): void {
    const { client, home, chores, changed } = this.#deps;
    for (const { type, entry } of rowsOf(EntryChange, event, () => client.countGarbage("an integration"))) {
      if (type === "removed") home.entries.delete(entry.entry_id);
      else home.entries.set(entry.entry_id, entry);
      if (!this.isTelling) continue;
      if (type === "added" || type === "removed") changed();
      this.#tellLater(entry.entry_id);
      if (entry.state === "setup_error" || home.signIns.has(entry.entry_id))
        chores.tryAfter("sign-ins", SIGN_IN_MILLISECONDS, () => this.refreshSignIns());
    }
  }

  #tellLater(id: string): void {
    const { home, chores, tell } = this.#deps;
    if (!this.isTelling) return;
    this.#untold.add(id);
    if (chores.has("integrations")) return;
    chores.after("integrations", COLLECT_MILLISECONDS, () => {
      const changed = [...this.#untold].map((one) => home.entries.get(one)).filter((entry) => entry !== undefined);
      this.#untold = new Set();
      if (changed.length > 0) tell(changed.map((entry) => integrationOf(entry, home.signIns)));
    });
  }
}
