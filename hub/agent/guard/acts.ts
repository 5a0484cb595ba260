import type { CapabilityName, ConsentRequestId, GatewayId } from "@caretaker/protocol";
import type { ActRecord, BegunAct } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { refusal } from "./refusal.ts";

/** The hub's clock and ours may differ by this. */
const LATE = 5_000;
/** A hub that stores up commands for later is not obeyed. */
const EARLY = 10 * 60_000;
/** After it the command's own time has long been over, so that its id need not be known. */
const REMEMBERED = 24 * 60 * 60_000;
/** When the file has grown by so many it is written anew without what may be forgotten. */
const TIDY_EVERY = 2_000;

export type Outcome = "done" | "failed" | "uncertain";
export type Made = BegunAct & { outcome: Outcome | null };

/** The commands that were permitted, each at most once: kept on the disk from before they are carried out. */
export class Acts {
  readonly #store: Store;
  readonly #made = new Map<string, Made>();
  #appended = 0;

  constructor(store: Store) {
    this.#store = store;
    for (const record of store.actsBefore) this.#know(record);
    this.#appended = store.actsBefore.length;
  }

  /** A box that restarts often would never come to write it anew while it runs. */
  async tidyAtStart(): Promise<void> {
    if (this.#appended < TIDY_EVERY) return;
    await this.#tidy();
  }

  /** Throws where it was begun before, or where its time is over or is too far away. */
  checkFresh({ attemptId, expiresAt }: { readonly attemptId: string; readonly expiresAt: string }): void {
    if (this.#made.has(attemptId))
      throw refusal("already_done", "The agent was told this before. It does each thing once.");
    this.checkTime(expiresAt);
  }

  checkTime(expiresAt: string): void {
    const left = Date.parse(expiresAt) - this.#store.time.now();
    if (!(left >= -LATE)) throw refusal("gone", "This came too late to be done any more. Are the clocks right?");
    if (left > EARLY) throw refusal("gone", "This is to be done too far ahead. Are the clocks right?");
  }

  /** Resolves once it is on the disk. It counts from the first moment on, also where it cannot be written. */
  begin(act: Omit<BegunAct, "kind" | "at">): Promise<void> {
    const record: BegunAct = { kind: "begun", at: this.#store.time.moment(), ...act };
    this.#know(record);
    return this.#append(record);
  }

  end(attemptId: string, outcome: Outcome): Promise<void> {
    const record = { kind: "ended" as const, id: attemptId, at: this.#store.time.moment(), outcome };
    if (!this.#made.has(attemptId)) return Promise.resolve();
    this.#know(record);
    return this.#append(record);
  }

  /** What a yes was used for, in its order. */
  under(requestId: ConsentRequestId): Made[] {
    return [...this.#made.values()].filter((made) => made.requestId === requestId);
  }

  /** Whether this settles something that was done, as the agent's own catalogue says it is settled. */
  isSettling(gatewayId: GatewayId, capability: CapabilityName, input: string): boolean {
    return [...this.#made.values()].some(
      ({ gatewayId: where, settle, outcome }) =>
        where === gatewayId && settle?.capability === capability && settle.input === input && outcome !== "failed",
    );
  }

  /** Where something was done that is not forgotten yet. */
  gateways(): GatewayId[] {
    return [...new Set([...this.#made.values()].map(({ gatewayId }) => gatewayId))];
  }

  /** Something was cut within the last minutes, and nothing has settled it since. */
  owesSettle(gatewayId: GatewayId, within: number): boolean {
    const since = this.#store.time.now() - within;
    const made = [...this.#made.values()].filter((one) => one.gatewayId === gatewayId && Date.parse(one.at) >= since);
    return made.some(
      ({ settle, outcome }, at) =>
        settle !== null &&
        outcome !== "failed" &&
        !made
          .slice(at + 1)
          .some(
            (later) =>
              later.capability === settle.capability && later.input === settle.input && later.outcome === "done",
          ),
    );
  }

  #know(record: ActRecord): void {
    if (record.kind === "begun") {
      this.#made.set(record.id, { ...record, outcome: null });
      return;
    }
    const made = this.#made.get(record.id);
    if (made !== undefined) made.outcome = record.outcome;
  }

  async #append(record: ActRecord): Promise<void> {
    await this.#store.acts.append(record);
    this.#appended += 1;
    if (this.#appended >= TIDY_EVERY) await this.#tidy();
  }

  async #tidy(): Promise<void> {
    this.#appended = 0;
    const now = this.#store.time.now();
    for (const [id, { expiresAt }] of this.#made) if (Date.parse(expiresAt) + REMEMBERED < now) this.#made.delete(id);
    await this.#store.acts.replace([...this.#made.values()].flatMap(recordsOf));
  }
}

function recordsOf({ outcome, ...begun }: Made): ActRecord[] {
  return outcome === null ? [begun] : [begun, { kind: "ended", id: begun.id, at: begun.at, outcome }];
}
