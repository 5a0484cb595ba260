import { CaretakerError, type Clock, type Dialer, type HttpAnswer, type HttpLine } from "@caretaker/protocol";
import type { HomeDoor } from "../doors.ts";
import { words } from "../words.ts";
import { loginIn, refusalIn } from "./schema.ts";

/** A key ends after ten idle minutes; working clients sign in anew after nine. */
const KEY_MILLISECONDS = 9 * 60_000;
/** With the fifteen seconds between two looks, a processor that is silent is known within thirty. */
const SECONDS = 12;
const MOST_BYTES = 4 * 1024 * 1024;

export interface HomeLogin extends HomeDoor {
  readonly dialer: Dialer;
  readonly clock: Clock;
}

/**
 * One sign-in to Crestron Home's REST interface, from the published reference and what working clients do: a token gives a
 * key, a key opens the rest. It knows the wire, and nothing of ours.
 */
export class HomeClient {
  readonly #login: HomeLogin;
  readonly #line: HttpLine;
  #key = "";
  #keySince = 0;
  #renewing: Promise<void> | undefined;
  #version: string | undefined;

  private constructor(login: HomeLogin) {
    this.#login = login;
    this.#line = login.dialer.httpLine();
  }

  /** Rejects with `gateway_auth_failed` where the token is refused: that is never tried again by a machine. */
  static async logIn(login: HomeLogin): Promise<HomeClient> {
    const client = new HomeClient(login);
    try {
      await client.#logIn();
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** Of the interface, not of the firmware. */
  get version(): string | undefined {
    return this.#version;
  }

  /** The text that stands at a path. Undefined where this processor answers with an error of its own. */
  async get(path: string): Promise<string | undefined> {
    if (this.#login.clock.monotonic() - this.#keySince > KEY_MILLISECONDS) await this.#renew();
    let answer = await this.#send("GET", path);
    if (isKeyOver(answer)) {
      await this.#renew();
      answer = await this.#send("GET", path);
      if (isKeyOver(answer)) throw new CaretakerError("gateway_misbehaving", words.forgetsKey(this.#where));
    }
    if (answer.status >= 500) throw starting(this.#where, answer.status);
    return answer.status === 200 ? answer.body : undefined;
  }

  /** Sends a command, once: nothing is renewed and nothing repeated for it. */
  post(path: string): Promise<HttpAnswer> {
    return this.#send("POST", path);
  }

  close(): void {
    this.#line.close();
  }

  get #where(): string {
    return this.#login.address.where;
  }

  #send(method: "GET" | "POST", path: string): Promise<HttpAnswer> {
    return this.#ask(method, path, { "Crestron-RestAPI-AuthKey": this.#key });
  }

  #ask(method: "GET" | "POST", path: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    return this.#line.http({
      method,
      url: `${this.#login.address.base}/cws/api${path}`,
      headers: { accept: "application/json", ...headers, ...(method === "POST" ? { "content-length": "0" } : {}) },
      timeoutSeconds: SECONDS,
      maxBytes: MOST_BYTES,
    });
  }

  /** Several may find at once that the key is over: one sign-in serves all. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#logIn().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #logIn(): Promise<void> {
    const { token, clock } = this.#login;
    const answer = await this.#ask("GET", "/login", { "Crestron-RestAPI-AuthToken": token.reveal() });
    if (isKeyOver(answer) || answer.status === 403)
      throw new CaretakerError("gateway_auth_failed", words.tokenRefused(this.#where), { meta: { door: "home" } });
    if (answer.status >= 500) throw starting(this.#where, answer.status);
    const { key, version } = loginIn(answer.body);
    if (key === undefined) throw new CaretakerError("gateway_unsupported", words.notHome(this.#where));
    this.#key = key;
    this.#version = version;
    this.#keySince = clock.monotonic();
  }
}

/** 401 or 511, or the interface's own number for it in whatever it answers. */
function isKeyOver({ status, body }: HttpAnswer): boolean {
  if (status === 401 || status === 511) return true;
  return body.length < 2000 && body.includes("errorSource") && refusalIn(body)?.isAuthentication === true;
}

/** Its web server is up before Crestron Home is: 500 and 503 after a restart. */
function starting(where: string, status: number): CaretakerError {
  return new CaretakerError("gateway_unreachable", words.homeStarting(where, status), {
    meta: { cause: "starting", status },
  });
}
