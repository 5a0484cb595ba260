import { randomBytes } from "node:crypto";
import type { MadePasskey, PasskeyOffer, PasskeysSaid } from "@caretaker/protocol";
import { isSameProof, newNonce, passkeyLookup } from "@caretaker/reach/agent-proof.ts";
import { refusal } from "../guard/refusal.ts";
import type { KeptPasskey } from "../store/home-state.ts";
import type { PasskeyPlace } from "./place.ts";
import { judgeMade, type NewPasskey } from "./webauthn.ts";

/** As long as a pairing's code. */
const HOLDS_FOR = 15 * 60_000;

/**
 * One more passkey that somebody at the agent's page wishes to make: the link for the phone, and what came of it. Kept in
 * memory only; whoever restarts the agent begins anew.
 */
export class Wish {
  readonly name: string;
  readonly place: PasskeyPlace;
  readonly expiresAt: string;
  readonly #token = randomBytes(24).toString("base64url");
  readonly #challenge = newNonce();
  readonly #userId = newNonce();
  #made: NewPasskey | null = null;
  #isKept = false;

  constructor(name: string, place: PasskeyPlace, now: number) {
    this.name = name;
    this.place = place;
    this.expiresAt = new Date(now + HOLDS_FOR).toISOString();
  }

  /** For the phone: it opens a page of the hub. */
  get link(): string {
    return `${this.place.origin}/k/${this.#token}`;
  }

  get code(): string | null {
    return this.#made?.code ?? null;
  }

  get isKept(): boolean {
    return this.#isKept;
  }

  holds(now: number): boolean {
    return now < Date.parse(this.expiresAt);
  }

  isOpenedBy(token: string): boolean {
    return isSameProof(passkeyLookup(token), passkeyLookup(this.#token));
  }

  said(): PasskeysSaid["link"] {
    return { lookup: passkeyLookup(this.#token), expiresAt: this.expiresAt };
  }

  offer(known: readonly KeptPasskey[]): PasskeyOffer {
    return {
      state: this.#isKept ? "kept" : this.#made === null ? "open" : "made",
      name: this.name,
      origin: this.place.origin,
      rpId: this.place.rpId,
      challenge: this.#challenge,
      userId: this.#userId,
      known: known.map(({ id }) => id),
      code: this.code,
    };
  }

  /** Takes the one passkey that is made by this link. It counts for nothing until somebody confirms it on the page. */
  async take(made: MadePasskey, known: readonly KeptPasskey[]): Promise<void> {
    this.#checkNotMade();
    if (known.some(({ id }) => id === made.id))
      throw refusal("already_done", "The agent in the home knows this passkey already.");
    const passkey = await judgeMade(made, this.#challenge, this.place);
    // Another may have been made while this one was judged.
    this.#checkNotMade();
    this.#made = passkey;
  }

  /** What somebody at the page has confirmed by its code. */
  keep(code: string, addedAt: string): KeptPasskey {
    if (this.#made === null || this.#isKept || this.#made.code !== code)
      throw refusal("changed_meanwhile", "That is not the passkey that waits to be confirmed.");
    this.#isKept = true;
    return { ...this.#made, ...this.place, name: this.name, addedAt, lastUsedAt: null };
  }

  #checkNotMade(): void {
    if (this.#made !== null)
      throw refusal("already_done", "A passkey was made with this link before. Begin anew on the page in the home.");
  }
}
