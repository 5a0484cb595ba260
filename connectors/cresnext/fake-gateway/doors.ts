import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Knobs } from "./knobs.ts";

const OF_LOGIN = ["userstr", "userid", "iv", "tag", "AuthByPasswd"];

/** Who may come in: users, sessions, tokens, and who guessed too often. */
export class Doors {
  readonly username: string;
  readonly password: string;
  refusals = 0;
  logins = 0;
  readonly #knobs: Knobs;
  /** The token of each session, by its `userstr`. */
  readonly #sessions = new Map<string, string>();
  readonly #tracks = new Set<string>();

  constructor(knobs: Knobs, username: string, password: string) {
    this.#knobs = knobs;
    this.username = username;
    this.password = password;
  }

  /** What the login page sets. */
  track(): string {
    const id = randomBytes(12).toString("hex");
    this.#tracks.add(id);
    return `TRACKID=${id}; Path=/; Secure; HttpOnly`;
  }

  /** The cookies and the token of a good login; undefined when it is refused. */
  logIn(request: IncomingMessage, body: string): { cookies: string[]; token: string } | undefined {
    const { locksOutAfter, comparesUndecoded } = this.#knobs;
    const isLockedOut = locksOutAfter > 0 && this.refusals >= locksOutAfter;
    const given = comparesUndecoded ? undecoded(body) : decoded(body);
    const isRight = given.login === this.username && given.passwd === this.password;
    if (isLockedOut || !isRight || !this.#tracks.has(cookiesOf(request).get("TRACKID") ?? "")) {
      this.refusals += 1;
      return undefined;
    }
    this.logins += 1;
    const id = randomBytes(16).toString("hex");
    const token = randomBytes(16).toString("hex");
    if (!this.#knobs.forgetsLogins) this.#sessions.set(id, token);
    const values = [id, "1", randomBytes(8).toString("hex"), randomBytes(8).toString("hex"), "1"];
    const cookies = OF_LOGIN.map((name, index) => `${name}=${values[index]}; Path=/; Secure; HttpOnly`);
    return { cookies: cookies.slice(0, this.#knobs.loginCookies), token };
  }

  isKnown(request: IncomingMessage): boolean {
    return this.#sessions.has(cookiesOf(request).get("userstr") ?? "");
  }

  /** A change needs the session's token besides its cookies. */
  mayChange(request: IncomingMessage): boolean {
    const token = this.#sessions.get(cookiesOf(request).get("userstr") ?? "");
    return token !== undefined && (this.#knobs.hasNoToken || request.headers["x-crest-xsrf-token"] === token);
  }

  /** The WebSocket wants the token as a cookie and as a header. */
  maySubscribe(request: IncomingMessage): boolean {
    const cookies = cookiesOf(request);
    const token = this.#sessions.get(cookies.get("userstr") ?? "");
    if (token === undefined) return false;
    if (this.#knobs.hasNoToken) return true;
    return cookies.get("CREST-XSRF-TOKEN") === token && request.headers["x-crest-xsrf-token"] === token;
  }

  logOut(request: IncomingMessage): void {
    this.#sessions.delete(cookiesOf(request).get("userstr") ?? "");
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  forgetSessions(): void {
    this.#sessions.clear();
  }
}

function cookiesOf(request: IncomingMessage): Map<string, string> {
  const pairs = (request.headers.cookie ?? "").split(/;\s*/).map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return new Map(pairs);
}

function decoded(body: string): { login: string | null; passwd: string | null } {
  const form = new URLSearchParams(body);
  return { login: form.get("login"), passwd: form.get("passwd") };
}

function undecoded(body: string): { login: string | null; passwd: string | null } {
  const [, login = "", passwd = ""] = /^login=([^&]*)&passwd=([^&]*)/.exec(body) ?? [];
  return { login, passwd };
}
