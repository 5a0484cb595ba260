import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock, Language } from "@caretaker/protocol";

/** One browser. `csrf` stands in each of its forms; with `unlockedUntil` it need not type the PIN again. */
export interface Visitor {
  readonly id: string;
  readonly csrf: string;
  unlockedUntil: number;
  language: Language | null;
}

const MOST = 200;
export const COOKIE = "caretaker_agent";
export const UNLOCKED_FOR = 10 * 60_000;

/** Who has the page open, in memory only: a restart asks for the PIN anew. */
export class Visitors {
  readonly #clock: Clock;
  readonly #known = new Map<string, Visitor>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whose cookie this is; null for none of ours. */
  find(cookies: string | undefined): Visitor | null {
    const id = /(?:^|;\s*)caretaker_agent=([A-Za-z0-9_-]{32})(?:;|$)/.exec(cookies ?? "")?.[1];
    return id === undefined ? null : (this.#known.get(id) ?? null);
  }

  welcome(): Visitor {
    const visitor = { id: newSecret(), csrf: newSecret(), unlockedUntil: 0, language: null };
    this.#known.set(visitor.id, visitor);
    // The oldest go first; whoever had typed a PIN types it once more.
    for (const id of this.#known.keys()) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(id);
    }
    return visitor;
  }

  /** Under a new cookie, so that one that was known before the PIN was typed is worth nothing after it. */
  unlock(visitor: Visitor): Visitor {
    this.#known.delete(visitor.id);
    const unlocked = this.welcome();
    unlocked.language = visitor.language;
    unlocked.unlockedUntil = this.#clock.monotonic() + UNLOCKED_FOR;
    return unlocked;
  }

  isUnlocked(visitor: Visitor): boolean {
    return this.#clock.monotonic() < visitor.unlockedUntil;
  }

  lockAll(): void {
    this.#known.clear();
  }
}

export function newSecret(): string {
  return randomBytes(24).toString("base64url");
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function isSameSecret(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(sha256(one)), Buffer.from(sha256(other))];
  return timingSafeEqual(a, b);
}
