import {
  CaretakerError,
  type DialedSocket,
  type Dialer,
  type HttpAnswer,
  isCaretakerError,
  type Secret,
} from "@caretaker/protocol";
import type { Address } from "./address.ts";
import { Cookies } from "./client/cookies.ts";
import { loginForm } from "./client/form.ts";
import { words } from "./words.ts";

const LOGIN_PAGE = "/userlogin.html";
const NEW_PAGE = "/createUser.html";
const TOKEN = "CREST-XSRF-TOKEN";
const SECONDS = 15;
const MOST_BYTES = 4 * 1024 * 1024;

export interface Login {
  readonly dialer: Dialer;
  readonly address: Address;
  readonly username: string;
  readonly password: Secret;
}

/**
 * One login to one panel. It speaks the wire and knows nothing of Caretaker: pages, cookies, objects by their path, and
 * the WebSocket on which they change.
 */
export class CresNextClient {
  readonly #login: Login;
  #cookies = new Cookies();
  #token: string | undefined;
  #renewing: Promise<void> | undefined;
  #isClosed = false;

  private constructor(login: Login) {
    this.#login = login;
  }

  /**
   * Rejects with `gateway_auth_failed` only when the panel said no: that is never tried again by a machine. What a login
   * set, not its status, says whether it was accepted.
   */
  static async logIn(login: Login): Promise<CresNextClient> {
    const client = new CresNextClient(login);
    await client.#logIn();
    return client;
  }

  /** Whether a panel answers there, before anything of ours is sent. */
  static async meet({ dialer, address }: Pick<Login, "dialer" | "address">): Promise<Cookies> {
    const cookies = new Cookies();
    const page = await dialer.http(request(address, "GET", LOGIN_PAGE, {}));
    if (page.status >= 500) throw starting(address, page.status);
    const leadsTo = page.headers.location ?? "";
    if (leadsTo.includes("createUser")) throw factoryNew(address);
    if (page.status !== 200) {
      const other = await dialer.http(request(address, "GET", NEW_PAGE, {}));
      throw other.status === 200 ? factoryNew(address) : notAPanel(address);
    }
    cookies.take(page.headers["set-cookie"]);
    if (!cookies.has("TRACKID")) throw notAPanel(address);
    return cookies;
  }

  /** What stands at a path, or undefined where this panel has no such thing. A session that ended is renewed, once. */
  async get(path: string): Promise<unknown> {
    const answer = await this.#send("GET", path);
    if (!isSessionOver(answer)) return readAnswer(this.#login.address, path, answer);
    await this.#renew();
    const again = await this.#send("GET", path);
    if (isSessionOver(again)) throw new CaretakerError("gateway_misbehaving", words.forgetsLogin(this.#base));
    return readAnswer(this.#login.address, path, again);
  }

  /** Sends a change, once. Nothing is renewed and nothing repeated for it. */
  post(path: string, body: unknown): Promise<HttpAnswer> {
    return this.#send("POST", path, JSON.stringify(body));
  }

  /** The line on which changes come. Undefined where this firmware opens none to us. */
  async openSocket(): Promise<DialedSocket | undefined> {
    const { dialer, address } = this.#login;
    try {
      return await dialer.webSocket({
        url: address.webSocket,
        headers: this.#headers(),
        handshakeTimeoutSeconds: SECONDS,
        maxPayloadBytes: MOST_BYTES,
      });
    } catch (error) {
      if (isCaretakerError(error, "gateway_misbehaving") && typeof error.meta.status === "number") return undefined;
      throw error;
    }
  }

  /** Says goodbye, so that the panel need not keep the session. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { dialer, address } = this.#login;
    await dialer.http({ ...request(address, "GET", "/logout", this.#headers()), timeoutSeconds: 3 }).catch(() => {});
  }

  get #base(): string {
    return this.#login.address.base;
  }

  async #send(method: "GET" | "POST", path: string, body?: string): Promise<HttpAnswer> {
    if (this.#isClosed) throw new CaretakerError("gateway_lost", words.lost(this.#base), { meta: { isSent: false } });
    const more =
      body === undefined ? {} : { "content-type": "application/json", "X-CREST-XSRF-TOKEN": this.#token ?? "" };
    return this.#login.dialer.http({
      ...request(this.#login.address, method, path, { ...this.#headers(), ...more }),
      ...(body === undefined ? {} : { body }),
    });
  }

  #headers(): Record<string, string> {
    const cookie = this.#cookies.toString();
    return {
      accept: "application/json",
      origin: this.#base,
      cookie: this.#token === undefined ? cookie : `${cookie}; ${TOKEN}=${this.#token}`,
      ...(this.#token === undefined ? {} : { "X-CREST-XSRF-TOKEN": this.#token }),
    };
  }

  /** Many may find at once that the session is over: one login serves all. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#logIn().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #logIn(): Promise<void> {
    const { dialer, address, username, password } = this.#login;
    const met = await CresNextClient.meet(this.#login);
    const answer = await dialer.http({
      ...request(address, "POST", LOGIN_PAGE, {
        "content-type": "application/x-www-form-urlencoded",
        "x-requested-with": "XMLHttpRequest",
        origin: address.base,
        referer: `${address.base}${LOGIN_PAGE}`,
        cookie: met.toString(),
      }),
      body: loginForm(username, password.reveal()),
    });
    if (answer.status >= 500) throw starting(address, answer.status);
    met.take(answer.headers["set-cookie"]);
    if (answer.status >= 400 || !met.isLoggedIn)
      throw new CaretakerError("gateway_auth_failed", words.refused(address.base), { meta: { status: answer.status } });
    this.#cookies = met;
    // Older firmware has none, and asks for none.
    this.#token = answer.headers[TOKEN.toLowerCase()];
  }
}

function request(address: Address, method: "GET" | "POST", path: string, headers: Readonly<Record<string, string>>) {
  return { method, url: `${address.base}${path}`, headers, timeoutSeconds: SECONDS, maxBytes: MOST_BYTES };
}

/** Whoever is not logged in is shown or sent to the login page. */
function isSessionOver({ status, headers, body }: HttpAnswer): boolean {
  if (status === 401 || status === 403 || (status >= 300 && status < 400)) return true;
  return (
    status === 200 && ((headers["content-type"] ?? "").startsWith("text/html") || /^\s*</.test(body.slice(0, 200)))
  );
}

function readAnswer(address: Address, path: string, { status, body }: HttpAnswer): unknown {
  if (status >= 500) throw starting(address, status);
  if (status !== 200) return undefined;
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    throw new CaretakerError("gateway_misbehaving", words.notUnderstood(address.base, path), { cause: error });
  }
}

function starting(address: Address, status: number): CaretakerError {
  return new CaretakerError("gateway_unreachable", words.starting(address.base, status), {
    meta: { cause: "starting", status },
  });
}

function factoryNew(address: Address): CaretakerError {
  return new CaretakerError("gateway_unsupported", words.factoryNew(address.base), { meta: { cause: "factory_new" } });
}

function notAPanel(address: Address): CaretakerError {
  return new CaretakerError("gateway_unsupported", words.notAPanel(address.base), { meta: { cause: "not_a_panel" } });
}
