import { until } from "./process.ts";

/** Home Assistant's REST interface at one address, as much of it as the kit needs. */
export class HomeApi {
  readonly url: string;
  token: string | undefined;

  constructor(url: string, token?: string) {
    this.url = url;
    this.token = token;
  }

  async get<Answer>(path: string): Promise<Answer> {
    return this.#ask(path, {});
  }

  async post<Answer>(path: string, body: object): Promise<Answer> {
    return this.#ask(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  /** Exchanges an authorisation code for an access token that lasts half an hour. */
  async exchange(code: string): Promise<string> {
    const form = { grant_type: "authorization_code", code, client_id: `${this.url}/` };
    const tokens = await this.#ask<{ access_token: string }>("/auth/token", {
      method: "POST",
      body: new URLSearchParams(form),
    });
    return tokens.access_token;
  }

  /** Whether it answers `path` and the answer satisfies `isGood`. No answer is only "not yet". */
  async answers<Answer>(path: string, isGood: (answer: Answer) => boolean = () => true): Promise<boolean> {
    try {
      return isGood(await this.get<Answer>(path));
    } catch {
      return false;
    }
  }

  /** Resolves when Core says that it runs and every integration has been set up, or has failed to. */
  async running(withinSeconds: number, hasEnded: () => boolean): Promise<void> {
    const settled = ["loaded", "setup_error", "setup_retry", "not_loaded", "migration_error", "failed_unload"];
    const check = async (): Promise<boolean> =>
      hasEnded() ||
      ((await this.answers<{ state: string }>("/api/core/state", ({ state }) => state === "RUNNING")) &&
        (await this.answers<{ state: string }[]>("/api/config/config_entries/entry", (entries) =>
          entries.every(({ state }) => settled.includes(state)),
        )));
    await until(check, withinSeconds, `Home Assistant at ${this.url} was not running`);
    if (hasEnded()) throw new Error(`Home Assistant at ${this.url} ended while it started`);
  }

  async #ask<Answer>(path: string, request: RequestInit): Promise<Answer> {
    const headers = { ...request.headers, ...(this.token ? { authorization: `Bearer ${this.token}` } : {}) };
    const answer = await fetch(this.url + path, { ...request, headers, signal: AbortSignal.timeout(10_000) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as Answer;
  }
}
