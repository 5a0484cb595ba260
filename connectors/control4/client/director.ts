import { CaretakerError, type Clock, type Dialer, type HttpAnswer, isCaretakerError } from "@caretaker/protocol";
import type { Address } from "../address.ts";
import { words } from "../words.ts";
import type { DirectorToken } from "./account.ts";
import { faultOf, parseJson } from "./fault.ts";
import type { TokenKeeper } from "./tokens.ts";

const SECONDS = 10;
const MAX_BYTES = 32 * 1024 * 1024;
/** A controller whose clock is further off than this may refuse a token that is good. */
const CLOCK_OFF_SECONDS = 300;
/** So many unanswered requests one after the other: its software restarts. */
const RESTARTS_AFTER = 5;

export interface DirectorDeps {
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly address: Address;
  readonly tokens: TokenKeeper;
  /** As the account says it, for the sentence about what refuses every token. */
  readonly osVersion: string | undefined;
  readonly restarting: () => void;
}

/**
 * The Director's REST interface. What it is asked stands here as methods and nowhere else: some of its addresses change
 * things when they are merely read, so none is ever made up.
 */
export class Director {
  readonly #deps: DirectorDeps;
  #timeouts = 0;

  constructor(deps: DirectorDeps) {
    this.#deps = deps;
  }

  items(): Promise<unknown> {
    return this.#get("items");
  }

  item(id: number): Promise<unknown> {
    return this.#get(`items/${whole(id)}`);
  }

  variables(names: readonly string[]): Promise<unknown> {
    return this.#get(`items/variables?varnames=${list(names)}`);
  }

  variablesOf(id: number, names: readonly string[]): Promise<unknown> {
    return this.#get(`items/${whole(id)}/variables?varnames=${list(names)}`);
  }

  commandsOf(id: number): Promise<unknown> {
    return this.#get(`items/${whole(id)}/commands`);
  }

  /** What is known of the link of an item. Its shape was never published. */
  networkOf(id: number): Promise<unknown> {
    return this.#get(`items/${whole(id)}/network`);
  }

  zigbeeOf(id: number): Promise<unknown> {
    return this.#get(`items/${whole(id)}/zigbee`);
  }

  controllers(): Promise<unknown> {
    return this.#get("categories/controllers");
  }

  macros(): Promise<unknown> {
    return this.#get("agents/macros");
  }

  experiences(): Promise<unknown> {
    return this.#get("agents/ui_configuration");
  }

  /** The name of the events of a push channel. Its token stands in the address: the Director wants it there. */
  subscription(clientId: string, token: DirectorToken): Promise<unknown> {
    const query = `JWT=${encodeURIComponent(token.value.reveal())}&SubscriptionClient=${encodeURIComponent(clientId)}`;
    return this.#once("GET", `items/datatoui?${query}`, token, undefined, "datatoui").then(judgeBody);
  }

  /** Sends one command. What comes back says that it was taken, not that it was done. */
  async command(id: number, command: string, tParams: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#ask("POST", `items/${whole(id)}/commands`, JSON.stringify({ async: true, command, tParams }));
  }

  #get(path: string): Promise<unknown> {
    return this.#ask("GET", path, undefined);
  }

  /** A token that is refused is renewed once; refused again, it is not the token. */
  async #ask(method: "GET" | "POST", path: string, body: string | undefined): Promise<unknown> {
    const { tokens } = this.#deps;
    const token = tokens.current;
    const answer = await this.#once(method, path, token, body);
    if (answer.status !== 401) return judgeBody(answer);
    const fresh = await tokens.renew(token);
    const again = await this.#once(method, path, fresh, body);
    if (again.status === 401) throw this.#refusedFresh(again);
    return judgeBody(again);
  }

  async #once(
    method: "GET" | "POST",
    path: string,
    token: DirectorToken,
    body: string | undefined,
    called = path.replace(/\?.*$/, ""),
  ): Promise<HttpAnswer> {
    const { dialer, address } = this.#deps;
    try {
      const answer = await dialer.http({
        method,
        url: `${address.base}/api/v1/${path}`,
        headers: { authorization: `Bearer ${token.value.reveal()}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body }),
        timeoutSeconds: SECONDS,
        maxBytes: MAX_BYTES,
      });
      this.#timeouts = 0;
      if (answer.status >= 500)
        throw new CaretakerError("gateway_unreachable", words.directorAway(address.base, answer.status), {
          meta: { status: answer.status, cause: "restarting" },
        });
      return answer;
    } catch (error) {
      if (!isCaretakerError(error, "gateway_timeout")) throw error;
      this.#timeouts += 1;
      if (this.#timeouts >= RESTARTS_AFTER) this.#deps.restarting();
      // The dialer's own sentence would name the address, and with it a token.
      throw new CaretakerError("gateway_timeout", words.noAnswer(address.base, called, SECONDS));
    }
  }

  /** The table of facts: token fresh, clock right, still no: this software accepts nobody. */
  #refusedFresh({ headers }: HttpAnswer): CaretakerError {
    const { clock, address, osVersion } = this.#deps;
    const said = Date.parse(headers.date ?? "");
    const off = Math.round((said - clock.now().getTime()) / 1000);
    if (Number.isFinite(off) && Math.abs(off) > CLOCK_OFF_SECONDS)
      return new CaretakerError("gateway_misbehaving", words.clockOff(address.base, off), {
        meta: { cause: "clock_off", seconds: off },
      });
    return new CaretakerError("gateway_unsupported", words.refusesFresh(address.base, osVersion), {
      meta: { cause: "refuses_fresh_tokens" },
    });
  }
}

function judgeBody({ status, body }: HttpAnswer): unknown {
  const said = parseJson(body);
  const fault = faultOf(body, said);
  if (fault === undefined && status < 400 && said !== undefined) return said;
  if (fault !== undefined && said !== undefined)
    throw new CaretakerError("step_failed", words.saidNo(fault.details || `HTTP ${status}`), { meta: { status } });
  throw new CaretakerError("gateway_misbehaving", words.notUnderstood(`HTTP ${status}`), { meta: { status } });
}

function whole(id: number): string {
  if (!Number.isSafeInteger(id) || id < 0)
    throw new CaretakerError("invalid_input", "That is not the number of an item.");
  return String(id);
}

function list(names: readonly string[]): string {
  return names.map(encodeURIComponent).join(",");
}
