import type { StoppedBy } from "@caretaker/protocol";
import type { Store } from "../store/store.ts";
import { stopQuestions } from "./questions.ts";
import { refusal } from "./refusal.ts";
import type { Told } from "./told.ts";

interface Pressed {
  readonly at: string;
  readonly by: StoppedBy;
}

/** Whether everything is stopped, by whom, and who may allow again. The household's switch in Home Assistant is part of it. */
export class Stop {
  readonly #store: Store;
  readonly #told: Told;
  /** Also where it could not be written. */
  #pressed: Pressed | null = null;
  #isSwitchOn: boolean | null = null;

  constructor(store: Store, told: Told) {
    this.#store = store;
    this.#told = told;
  }

  /** Since when and by what it is stopped; null while it is not. */
  get now(): Pressed | null {
    const { stoppedAt, stoppedBy } = this.#store.home;
    return this.#pressed ?? (stoppedAt === null ? null : { at: stoppedAt, by: stoppedBy ?? "agent_page" });
  }

  get isSwitchOn(): boolean | null {
    return this.#isSwitchOn;
  }

  /** Everything, at once: from this line on nothing is permitted, whatever the disk and the hub do. */
  press(by: StoppedBy): void {
    const store = this.#store;
    const before = this.now;
    // Who presses it while the switch is off means it for longer than until the switch is on.
    const isMore = before === null || (before.by === "switch" && by !== "switch");
    if (store.home.pairing === null || !isMore) return;
    const at = store.time.moment();
    const way = by === "agent_page" ? by : "home_assistant";
    const { questions, ended } = stopQuestions(store.home.questions, { now: store.time.now(), at, way });
    this.#pressed = { at, by };
    this.#told.note({ kind: "stopped", at, by });
    for (const { requestId, digest } of ended)
      this.#told.tell({ kind: "answered", requestId, digest, answer: "stop", way });
    try {
      store.change({ stoppedAt: at, stoppedBy: by, questions });
    } finally {
      this.#told.tell({ kind: "policy" });
    }
  }

  allowAgain(by: StoppedBy): void {
    const store = this.#store;
    if (this.now === null) return;
    if (this.#isSwitchOn === false)
      throw refusal(
        "conflict",
        "The switch in Home Assistant is off. Whoever wants to allow again switches it on there.",
      );
    const questions = store.home.questions.map((one) => ({ ...one, isVoid: true }));
    store.change({ stoppedAt: null, stoppedBy: null, questions });
    this.#pressed = null;
    this.#told.note({ kind: "allowed_again", at: store.time.moment(), by });
    this.#told.tell({ kind: "policy" });
  }

  /**
   * How the household's switch in Home Assistant is; null while nobody knows, which changes nothing. On lifts only what the
   * switch itself had stopped: anything in a home may switch it, and Stop on the page is a person's.
   */
  switched(isOn: boolean | null): void {
    if (isOn === this.#isSwitchOn) return;
    this.#isSwitchOn = isOn;
    if (isOn === false) this.press("switch");
    if (isOn === true && this.now?.by === "switch") this.allowAgain("switch");
    this.#told.tellPage();
  }

  /** Of a connection that was ended, nothing holds any more. */
  forget(): void {
    this.#pressed = null;
  }
}
