import {
  type ConsentRequestId,
  MOST_PASSKEYS,
  type PasskeyAsk,
  type PasskeyChallenge,
  type PasskeyOffer,
  type PasskeysSaid,
  type PasskeyYes,
} from "@caretaker/protocol";
import { newNonce } from "@caretaker/reach/agent-proof.ts";
import { refusal } from "../guard/refusal.ts";
import type { KeptPasskey, KeptQuestion } from "../store/home-state.ts";
import type { JournalEntry } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { type PasskeyPlace, passkeyPlace } from "./place.ts";
import { challengeOf, type YesFacts } from "./terms.ts";
import { judgeYes } from "./webauthn.ts";
import { Wish } from "./wish.ts";

export interface PasskeysDeps {
  readonly store: Store;
  /** The question as it can be answered now; throws where it cannot. */
  readonly answerable: (requestId: ConsentRequestId, digest: string) => KeptQuestion;
  /** Writes a yes down, in one with the passkeys as they are after it. */
  readonly allow: (requestId: ConsentRequestId, digest: string, by: SignedYes) => void;
  readonly note: (entry: JournalEntry) => void;
  /** Something changed that the hub and the page show. */
  readonly changed: () => void;
}

/** With which passkey a yes was signed, and all of them with what that changed. */
export interface SignedYes {
  readonly passkey: KeptPasskey;
  readonly passkeys: KeptPasskey[];
}

/** Why none can be made now, for the page; null where one can. */
export type WhyNone = "away" | "nowhere" | "full";

interface Challenge extends YesFacts {
  readonly requestId: ConsentRequestId;
}

/** Whoever has a question open signs soon; after it they press once more. */
const CHALLENGE_HOLDS_FOR = 5 * 60_000;
const MOST_CHALLENGES = 32;

/**
 * Passkeys of the people of the home. The hub's pages make and use them, and the hub carries what is said; whether a yes
 * is one is judged here, by the public half that somebody confirmed on the agent's own page.
 */
export class Passkeys {
  readonly #deps: PasskeysDeps;
  readonly #challenges = new Map<string, Challenge>();
  #wish: Wish | null = null;
  #isCarried = false;

  constructor(deps: PasskeysDeps) {
    this.#deps = deps;
  }

  /** Whether the hub at the other end of the line carries passkeys; false where there is no line. */
  carriedByHub(isCarried: boolean): void {
    if (isCarried === this.#isCarried) return;
    this.#isCarried = isCarried;
    this.#deps.changed();
  }

  /** What the hub is told; null where it would not understand. */
  said(): PasskeysSaid | null {
    if (!this.#isCarried) return null;
    const origin = this.#place()?.origin ?? null;
    return { kind: "passkeys", origin, count: this.#here(origin).length, link: this.wish?.said() ?? null };
  }

  // ---- On the page in the home ----

  get whyNone(): WhyNone | null {
    if (this.#place() === null) return "nowhere";
    if (this.#deps.store.home.passkeys.length >= MOST_PASSKEYS) return "full";
    return this.#isCarried ? null : "away";
  }

  /** The one that is being made, as long as its link holds. */
  get wish(): Wish | null {
    return this.#wish?.holds(this.#deps.store.time.now()) === true ? this.#wish : null;
  }

  begin(name: string): void {
    const { store, changed } = this.#deps;
    const place = this.#place();
    if (place === null || this.whyNone !== null) throw refusal("conflict", "No passkey can be made now.");
    this.#wish = new Wish(name, place, store.time.now());
    changed();
  }

  cancel(): void {
    this.#wish = null;
    this.#deps.changed();
  }

  /** Somebody saw the same code on the phone and on the page. */
  confirm(code: string): void {
    const { store, note, changed } = this.#deps;
    if (this.wish === null || this.whyNone === "full") throw refusal("gone", "That link holds no longer. Begin anew.");
    const passkey = this.wish.keep(code, store.time.moment());
    store.change({ passkeys: [...store.home.passkeys, passkey] });
    note({ kind: "passkey_added", at: passkey.addedAt, name: passkey.name });
    changed();
  }

  remove(id: string): void {
    const { store, note, changed } = this.#deps;
    const found = store.home.passkeys.find((one) => one.id === id);
    if (found === undefined) throw refusal("not_found", "There is no such passkey.");
    store.change({ passkeys: store.home.passkeys.filter((one) => one !== found) });
    note({ kind: "passkey_removed", at: store.time.moment(), name: found.name });
    changed();
  }

  /** The connection was ended: what was begun under it is nothing. */
  forget(): void {
    this.#wish = null;
    this.#challenges.clear();
  }

  // ---- What the hub carries here ----

  async answer(ask: PasskeyAsk): Promise<PasskeyOffer | PasskeyChallenge | { code: string }> {
    switch (ask.what) {
      case "passkey_offer":
        return this.#wishOf(ask.token).offer(this.#deps.store.home.passkeys);
      case "passkey_made": {
        const wish = this.#wishOf(ask.token);
        await wish.take(ask.credential, this.#deps.store.home.passkeys);
        this.#deps.changed();
        return wish.offer(this.#deps.store.home.passkeys);
      }
      case "passkey_challenge":
        return this.#challenge(ask.requestId, ask.digest);
      case "passkey_yes":
        return this.#allow(ask.requestId, ask.digest, ask.credential);
    }
  }

  #wishOf(token: string): Wish {
    const { wish } = this;
    if (wish === null || !wish.isOpenedBy(token)) throw refusal("not_found", "There is no such link (any more).");
    return wish;
  }

  #challenge(requestId: ConsentRequestId, digest: string): PasskeyChallenge {
    const { store, answerable } = this.#deps;
    const { question } = answerable(requestId, digest);
    const place = this.#place();
    const here = this.#here(place?.origin ?? null);
    if (place === null || here.length === 0)
      throw refusal("not_available_here", "This home has no passkey that can be used here.");
    const expiresAt = new Date(store.time.now() + CHALLENGE_HOLDS_FOR).toISOString();
    const facts = { agent: store.key.publicKey, nonce: newNonce(), expiresAt };
    const challenge = challengeOf(question, facts);
    this.#challenges.set(challenge, { ...facts, requestId });
    for (const oldest of this.#challenges.keys()) {
      if (this.#challenges.size <= MOST_CHALLENGES) break;
      this.#challenges.delete(oldest);
    }
    return { ...place, challenge, credentials: here.map(({ id }) => id) };
  }

  async #allow(requestId: ConsentRequestId, digest: string, yes: PasskeyYes): Promise<{ code: string }> {
    const { answerable, allow, store } = this.#deps;
    const challenge = this.#signedIn(yes, answerable(requestId, digest));
    const passkey = this.#known(yes.id);
    const counter = await judgeYes(yes, challenge, passkey);
    // While it was judged somebody may have removed the passkey, used it, said no, or pressed Stop.
    if (this.#known(yes.id) !== passkey)
      throw refusal("changed_meanwhile", "The passkey was used or changed meanwhile.");
    const used = { ...passkey, counter, lastUsedAt: store.time.moment() };
    const passkeys = store.home.passkeys.map((one) => (one === passkey ? used : one));
    allow(requestId, digest, { passkey: used, passkeys });
    this.#challenges.delete(challenge);
    return { code: passkey.code };
  }

  /** Which of the open challenges was signed. It has to be one to this very question, as it stands here now. */
  #signedIn({ clientDataJSON }: PasskeyYes, { question }: KeptQuestion): string {
    const signed = challengeIn(clientDataJSON);
    const open = this.#challenges.get(signed);
    if (open === undefined || Date.parse(open.expiresAt) <= this.#deps.store.time.now())
      throw refusal("gone", "The time to sign that is over, or it was used before. Press Allow once more.");
    const { requestId, ...facts } = open;
    if (requestId !== question.requestId || challengeOf(question, facts) !== signed)
      throw refusal("changed_meanwhile", "What was signed is not what is asked. Read it again.");
    return signed;
  }

  #place(): PasskeyPlace | null {
    const { pairing } = this.#deps.store.home;
    return pairing === null ? null : passkeyPlace(pairing.hub);
  }

  /** Those that can be used where the hub is. */
  #here(place: string | null): readonly KeptPasskey[] {
    return this.#deps.store.home.passkeys.filter(({ origin }) => origin === place);
  }

  #known(id: string): KeptPasskey {
    const found = this.#deps.store.home.passkeys.find((one) => one.id === id);
    if (found === undefined) throw refusal("not_allowed", "This passkey is not one of this home (any more).");
    return found;
  }
}

function challengeIn(clientDataJSON: string): string {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, "base64url").toString("utf8")) as Record<
      string,
      unknown
    >;
    return String(challenge);
  } catch {
    return "";
  }
}
