import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { KeptPin } from "../store/home-state.ts";
import type { Store } from "../store/store.ts";

const derive = promisify(scrypt) as (pin: string, salt: Buffer, length: number) => Promise<Buffer>;

const MOST_WRONG = 5;
const REST = 10 * 60_000;
const BYTES = 32;

/** Whether it may be chosen: 6 to 12 digits, and not what anybody would try first. */
export function isGoodPin(pin: string): boolean {
  if (!/^\d{6,12}$/.test(pin)) return false;
  const steps = new Set([...pin].slice(1).map((digit, at) => Number(digit) - Number(pin[at])));
  const isEven = steps.size === 1 && [0, 1, -1].includes([...steps][0] as number);
  return !isEven;
}

/** The number without which nothing is allowed. Wrong tries are counted on the disk, so that a restart is no new chance. */
export class Pin {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  get isChosen(): boolean {
    return this.#store.home.pin !== null;
  }

  async choose(pin: string): Promise<void> {
    const salt = randomBytes(16);
    const hash = await derive(pin, salt, BYTES);
    const kept = { salt: salt.toString("base64url"), hash: hash.toString("base64url"), wrong: 0, restUntil: null };
    this.#store.change({ pin: kept });
  }

  /** Each try is counted before it is looked at: a hundred at the same moment are a hundred tries. */
  async check(pin: string): Promise<"right" | "wrong" | "rests"> {
    const { home, time } = this.#store;
    const kept = home.pin;
    if (kept === null) return "wrong";
    if (kept.restUntil !== null && Date.parse(kept.restUntil) > time.now()) return "rests";
    const wrong = (kept.restUntil === null ? kept.wrong : 0) + 1;
    const restUntil = wrong >= MOST_WRONG ? new Date(time.now() + REST).toISOString() : null;
    this.#store.change({ pin: { ...kept, wrong, restUntil } });
    if (!(await isSame(pin, kept))) {
      if (restUntil !== null) await this.#store.note({ kind: "pin_rests", at: time.moment() });
      return restUntil === null ? "wrong" : "rests";
    }
    const now = this.#store.home.pin;
    if (now?.hash === kept.hash) this.#store.change({ pin: { ...now, wrong: 0, restUntil: null } });
    return "right";
  }
}

async function isSame(pin: string, { salt, hash }: KeptPin): Promise<boolean> {
  const typed = await derive(pin.slice(0, 64), Buffer.from(salt, "base64url"), BYTES);
  return timingSafeEqual(typed, Buffer.from(hash, "base64url"));
}
