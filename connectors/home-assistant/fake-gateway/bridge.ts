import type { BridgeExtra, BridgeMode, BridgeStart } from "./home.ts";

const HEALED_BY_POWER: ReadonlySet<BridgeMode> = new Set(["dead", "wedged", "relapsing"]);

/** What happens when Home Assistant sets the integration up. `reason` is in Home Assistant's words. */
export type Setup =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly state: "setup_retry" | "setup_error";
      readonly reason: string | null;
      readonly asksToSignIn: boolean;
    };

/** The box behind an integration: it hangs, dies, forgets its password, and comes back when its plug is switched. */
export class Bridge {
  readonly name: string;
  readonly plug: string | undefined;
  mode: BridgeMode;
  hasPower = true;
  /** Whether Home Assistant's session with it lives. */
  isConnected: boolean;
  relapseAfterSeconds: number;
  #bootSeconds: number;
  #awakeAt = 0;

  constructor(name: string, start: BridgeStart) {
    this.name = name;
    this.plug = start.plug;
    this.mode = start.mode ?? "ok";
    this.isConnected = this.#answers();
    this.#bootSeconds = start.bootSeconds ?? 0;
    this.relapseAfterSeconds = start.relapseAfterSeconds ?? 3;
  }

  set(mode: BridgeMode, extra: BridgeExtra = {}): void {
    this.mode = mode;
    this.isConnected = this.#answers();
    this.#bootSeconds = extra.bootSeconds ?? this.#bootSeconds;
    this.relapseAfterSeconds = extra.relapseAfterSeconds ?? this.relapseAfterSeconds;
  }

  /** Its plug is switched. A bridge that hung has forgotten why once it boots; the old session is gone. */
  power(on: boolean): void {
    if (on && !this.hasPower) {
      if (HEALED_BY_POWER.has(this.mode)) this.mode = "ok";
      this.#awakeAt = Date.now() + this.#bootSeconds * 1000;
    }
    this.isConnected = this.isConnected && on && this.hasPower;
    this.hasPower = on;
  }

  /** Home Assistant tries to open a session. */
  setUp(): Setup {
    const isAwake = this.hasPower && Date.now() >= this.#awakeAt;
    if (this.mode === "dead" || this.mode === "not_ready" || !isAwake) {
      const reason = `${this.name} did not answer at 192.0.2.10 within 5 seconds`;
      return { ok: false, state: "setup_retry", reason, asksToSignIn: false };
    }
    if (this.mode === "auth")
      return { ok: false, state: "setup_error", reason: `${this.name} refused the password`, asksToSignIn: true };
    if (this.mode === "broken") return { ok: false, state: "setup_error", reason: null, asksToSignIn: false };
    if (this.mode === "wedged") this.mode = "ok";
    this.isConnected = true;
    return { ok: true };
  }

  #answers(): boolean {
    return (this.mode === "ok" || this.mode === "bad_update") && this.hasPower;
  }
}
