import { type Cancel, CaretakerError, type Clock, isCaretakerError } from "@caretaker/protocol";
import { words } from "../words.ts";
import type { DirectorToken } from "./account.ts";

/** Before its end, so that nothing is ever asked with a token that has just run out. */
const AHEAD_SECONDS = 300;
const FIRST_RETRY_SECONDS = 5;
const LONGEST_RETRY_SECONDS = 30;

export interface KeepTokens {
  readonly clock: Clock;
  readonly first: DirectorToken;
  readonly fetch: () => Promise<DirectorToken>;
  /** There is a new one: what was opened with the old one has to be opened anew. */
  readonly renewed: () => void;
  /** The account says no, or the token ran out before a new one could be had. */
  readonly failed: (error: CaretakerError) => void;
}

/** Holds the token that the controller accepts, and has a new one before it ends. */
export class TokenKeeper {
  readonly #deps: KeepTokens;
  #token: DirectorToken;
  #fetching: Promise<DirectorToken> | undefined;
  #cancel: Cancel = () => {};
  #isStopped = false;
  #failures = 0;

  constructor(deps: KeepTokens) {
    this.#deps = deps;
    this.#token = deps.first;
    this.#plan();
  }

  get current(): DirectorToken {
    return this.#token;
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** A newer one than `refused`; several who ask at once get the same. */
  async renew(refused: DirectorToken): Promise<DirectorToken> {
    if (this.#token !== refused) return this.#token;
    this.#fetching ??= this.#deps.fetch().finally(() => {
      this.#fetching = undefined;
    });
    const token = await this.#fetching;
    if (this.#token !== token) this.#take(token);
    return token;
  }

  #take(token: DirectorToken): void {
    this.#token = token;
    this.#failures = 0;
    if (this.#isStopped) return;
    this.#plan();
    this.#deps.renewed();
  }

  #plan(): void {
    const { clock } = this.#deps;
    const lasts = this.#token.expiresAt - this.#token.issuedAt;
    const at = this.#token.issuedAt + Math.max(lasts - AHEAD_SECONDS * 1000, lasts / 2);
    this.#wake(Math.max(0, at - clock.now().getTime()));
  }

  #wake(milliseconds: number): void {
    this.#cancel();
    this.#cancel = this.#deps.clock.after(milliseconds, () => {
      this.renew(this.#token).catch((error: unknown) => this.#handleFailure(error));
    });
  }

  /** A wrong password is final. A service that cannot be reached is asked again, until the token has ended. */
  #handleFailure(error: unknown): void {
    if (this.#isStopped) return;
    const left = this.#token.expiresAt - this.#deps.clock.now().getTime();
    if (isCaretakerError(error, "gateway_auth_failed")) this.#deps.failed(error);
    else if (left <= 0)
      this.#deps.failed(
        new CaretakerError("gateway_unreachable", words.tokenEnded, { cause: error, meta: { cause: "token_ended" } }),
      );
    else {
      this.#failures += 1;
      const seconds = Math.min(FIRST_RETRY_SECONDS * 2 ** (this.#failures - 1), LONGEST_RETRY_SECONDS);
      this.#wake(Math.min(seconds * 1000 * (0.5 + Math.random() / 2), left));
    }
  }
}
