import { request } from "node:http";
import type { AgentWelcome, HubAlone } from "@caretaker/protocol";
import { systemClock } from "@caretaker/protocol";
import { CATALOGUE, openTestHome, type TestHome } from "../guard/test-helpers.ts";
import { createPage, type PageDeps } from "./page.ts";

export const PIN = "284617";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface TestPage {
  readonly home: TestHome;
  readonly port: number;
  /** A browser of its own, with its cookie. */
  browser(): Browser;
  ask(path: string, options?: AskOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Browser {
  get(): Promise<Answer>;
  /** Presses a button of the page as it is now. */
  press(
    action: string,
    fields?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

export async function openTestPage(
  options: { hubAlone?: HubAlone; isConfirmed?: boolean; welcome?: AgentWelcome } & Partial<
    Pick<PageDeps, "rules" | "pair" | "homeSwitch">
  > = {},
): Promise<TestPage> {
  const home = await openTestHome(options);
  const page = createPage({
    store: home.store,
    guard: home.guard,
    // Its timers are of the sockets; what is judged by time is judged by the home's clock.
    clock: { ...home.clock, after: systemClock.after },
    log: { debug: () => {}, info: () => {}, warn: () => {} },
    rules: options.rules ?? { names: ["box.example"], ingress: null },
    fingerprint: "7KQM-2F9D-XW3A",
    declarationOf: (_gatewayId, capability) => CATALOGUE[capability] ?? null,
    makeName: (connector) => (connector === "control4" ? "Control4" : "Home Assistant"),
    homeSwitch: options.homeSwitch ?? (() => null),
    line: () => ({ isConnected: true, since: null }),
    pair: options.pair ?? (async () => {}),
  });
  const { port } = await page.listen("127.0.0.1", 0);
  const ask = (path: string, { method = "GET", headers = {}, body }: AskOptions = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asking = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      asking.on("error", reject);
      asking.end(body);
    });
  const browser = (): Browser => {
    let cookie = "";
    const keep = (answer: Answer): Answer => {
      const [set] = answer.headers["set-cookie"] ?? [];
      if (set !== undefined) cookie = set.split(";", 1)[0] as string;
      return answer;
    };
    const get = async (): Promise<Answer> => keep(await ask("/", { headers: { cookie } }));
    return {
      get,
      async press(action, fields = {}, headers = {}) {
        const csrf = /name="csrf" value="([^"]+)"/.exec((await get()).text)?.[1] ?? "";
        const origin = `http://127.0.0.1:${port}`;
        const type = "application/x-www-form-urlencoded";
        const body = new URLSearchParams({ csrf, ...fields }).toString();
        return keep(
          await ask(`/${action}`, {
            method: "POST",
            headers: { cookie, origin, "content-type": type, ...headers },
            body,
          }),
        );
      },
    };
  };
  return {
    home,
    port,
    browser,
    ask,
    async close() {
      await page.close();
      await home.close();
    },
  };
}
