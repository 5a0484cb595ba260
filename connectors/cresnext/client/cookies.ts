/** The five that a login sets. Three of them are enough: firmwares differ, and a refused login sets none. */
const OF_LOGIN = ["userstr", "userid", "iv", "tag", "AuthByPasswd"];
const ENOUGH = 3;
const MOST = 40;

/** The cookies of one panel, by name. A value that was taken away again is not kept. */
export class Cookies {
  readonly #values = new Map<string, string>();

  /** Takes a `set-cookie` header; several come as one, joined by commas. */
  take(header: string | undefined): void {
    for (const one of (header ?? "").split(/,(?=\s*[^;,=\s]+=)/)) {
      const [pair = "", ...attributes] = one.split(";");
      const at = pair.indexOf("=");
      if (at < 1) continue;
      const name = pair.slice(0, at).trim();
      const value = pair.slice(at + 1).trim();
      const isGone = value === "" || value === "deleted" || attributes.some((word) => /^\s*max-age=0\s*$/i.test(word));
      if (isGone) this.#values.delete(name);
      else if (this.#values.size < MOST || this.#values.has(name)) this.#values.set(name, value.slice(0, 4000));
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** A bad login is answered 200 as well: only what was set tells. */
  get isLoggedIn(): boolean {
    return OF_LOGIN.filter((name) => this.#values.has(name)).length >= ENOUGH;
  }

  /** As a `cookie` header. */
  toString(): string {
    return [...this.#values].map(([name, value]) => `${name}=${value}`).join("; ");
  }
}
