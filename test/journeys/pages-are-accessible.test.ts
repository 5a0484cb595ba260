import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { available, findChromium, whyNoChromium } from "@caretaker/kit/require.ts";
import { testDatabase } from "@caretaker/server/db/test-database.ts";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  DESKTOP,
  keepPicture,
  openBrowser,
  openWindow,
  PHONE,
  seriousMistakes,
  type Theme,
} from "./harness/browser.ts";
import { type HubProcess, startHubProcess } from "./harness/hub-process.ts";
import { until } from "./harness/until.ts";

const chromium = available("chromium", whyNoChromium);

describe.skipIf(chromium.skip)(chromium.title("every page, with simulated homes"), () => {
  let hub: HubProcess;
  let empty: HubProcess;
  let browser: Browser;
  let data: string;
  let databases: Awaited<ReturnType<typeof testDatabase>>[];
  /** The pages by name; those of a site and a run are known once the demo runs. */
  const pages = new Map<string, string>();
  let cookies: Awaited<ReturnType<Awaited<ReturnType<typeof openWindow>>["context"]["cookies"]>>;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), "pages-"));
    databases = await Promise.all([testDatabase(), testDatabase()]);
    [hub, empty, browser] = await Promise.all([
      startHubProcess({ command: "demo", data: join(data, "demo"), databaseUrl: databases[0]?.url ?? "" }),
      startHubProcess({ data: join(data, "empty"), databaseUrl: databases[1]?.url ?? "" }),
      openBrowser(findChromium() ?? ""),
    ]);
    const { context, page } = await openWindow(browser);
    await page.goto(hub.setupUrl ?? "");
    await page.getByRole("heading", { name: "Sites" }).waitFor();
    cookies = await context.cookies();
    await startRunAndCollect(page);
    await context.close();
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all([hub?.stop(), empty?.stop()]);
    await Promise.all(databases?.map((database) => database.drop()) ?? []);
    await rm(data, { recursive: true, force: true });
  });

  /** A run that waits for the homeowner, made as a technician makes it, and the link in the demo's outbox. */
  async function startRunAndCollect(page: Page): Promise<void> {
    const call = async (method: "get" | "post", path: string, body?: object) => {
      const answer = await page.request[method](`${hub.url}/api/v1${path}`, {
        headers: { origin: hub.url, "content-type": "application/json" },
        ...(body === undefined ? {} : { data: body }),
      });
      return (await answer.json()) as Record<string, never> & { items: Record<string, string>[] };
    };
    const { items: sites } = await call("get", "/sites");
    const site = sites.find(({ name }) => name?.includes("Lee"))?.id ?? "";
    const { integrations } = (await call("get", `/sites/${site}/devices`)) as unknown as {
      integrations: { id: string; name: string; unavailable: number }[];
    };
    const ill = integrations.find(({ unavailable }) => unavailable > 0);
    await call("post", `/sites/${site}/runs`, {
      runbook: "home-assistant/health-check",
      reason: "A look over the home",
    });
    const run = (await call("post", `/sites/${site}/runs`, {
      runbook: "home-assistant/stuck-integration",
      inputs: { service: ill?.id },
      reason: "Your lights do not answer",
    })) as unknown as { id: string };
    // A runbook of the firm's own, published once and being changed.
    await call("post", "/runbooks/home-assistant/stuck-integration/copy", { to: "pages" });
    await call("post", "/runbook-drafts/pages/publish", { rowVersion: 1, reason: "Our own words" });
    await call("post", "/runbooks/firm/pages/copy", { to: "pages" });
    // The same in several homes: the first has its turn, the others wait.
    const homes = sites.map(({ id }) => ({ siteId: id }));
    const rollout = (await call("post", "/rollouts", {
      runbook: "home-assistant/health-check",
      homes,
      reason: "A look over all homes",
    })) as unknown as { id: string };
    const rehearsed = (await call("post", "/rollouts", {
      runbook: "home-assistant/health-check",
      homes,
      reason: "To see what would be done",
      rehearse: true,
    })) as unknown as { id: string };
    await call("post", "/rules", {
      name: "Bridges that hang",
      runbook: "home-assistant/stuck-integration",
      illnesses: ["integration_silent"],
    });
    await call("post", "/plans", {
      name: "Basic",
      raises: [{ capability: "gateway.restart", scope: "disruptive" }],
      reason: "As it is sold",
    });
    // Another home is frozen, so that the run of this one goes on waiting.
    const frozen = sites.find(({ id }) => id !== site)?.id ?? "";
    const freeze = { kind: "site", subject: frozen, reason: "Its locks open by themselves" };
    await call("post", "/freezes", freeze);
    await call("post", "/freezes/lift", { ...freeze, reason: "The maker has mended it" });
    await until("the homeowner was asked", async () => (await call("get", "/outbox")).items.length > 0);
    const message = (await call("get", "/outbox")).items[0]?.id;
    const { body } = (await call("get", `/outbox/${message}`)) as unknown as { body: string };
    const link = /\/c\/[A-Za-z0-9_-]+/.exec(body)?.[0] ?? "";
    const all = {
      fleet: "/",
      site: `/sites/${site}`,
      "site-devices": `/sites/${site}/devices`,
      "site-integrations": `/sites/${site}/integrations`,
      "site-findings": `/sites/${site}/findings`,
      "site-consent": `/sites/${site}/consent`,
      "site-gateways": `/sites/${site}/gateways`,
      "site-log": `/sites/${site}/log`,
      "site-new": "/sites/new",
      "gateway-new": `/sites/${site}/gateways/new`,
      "run-new": `/sites/${site}/start`,
      run: `/runs/${run.id}`,
      runs: "/runs",
      runbooks: "/runbooks",
      runbook: "/runbooks/home-assistant/dead-bridge",
      messages: "/messages",
      "site-frozen": `/sites/${frozen}`,
      "automatic-runs": "/automatic-runs",
      rollouts: "/rollouts",
      "rollout-new": "/rollouts/new?runbook=home-assistant%2Fhealth-check",
      rollout: `/rollouts/${rollout.id}`,
      "rollout-rehearsed": `/rollouts/${rehearsed.id}`,
      freeze: "/freeze",
      "second-person": "/second-person",
      ledger: `/ledger?siteId=${site}`,
      clients: "/clients",
      client: `/clients/${sites.find(({ id }) => id === site)?.clientId}`,
      people: "/people",
      keys: "/keys",
      draft: "/runbooks/drafts/pages",
      "runbook-of-the-firm": "/runbooks/firm/pages",
      backups: "/backups",
      account: "/account",
      "api-docs": "/api/docs",
      homeowner: link,
    };
    for (const [name, path] of Object.entries(all)) pages.set(name, hub.url + path);
    pages.set("sign-in", `${hub.url}/sign-in`);
    pages.set("setup", empty.setupUrl ?? "");
  }

  const isApiPage = (name: string): boolean => name === "api-docs";
  /** Pages for somebody who is not signed in. */
  const isForStrangers = (name: string): boolean => ["sign-in", "setup", "homeowner"].includes(name);

  async function look(
    page: Page,
    name: string,
    url: string,
    theme: Theme,
    size: "desktop" | "phone",
  ): Promise<string[]> {
    await page.goto(url);
    await page.getByRole("heading").first().waitFor();
    // Skeletons and the first data of the stream make way for what they stand for.
    await page.waitForTimeout(400);
    await keepPicture(page, `${name}-${size}-${theme}`);
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    // The API's page is drawn by a library; its own mistakes are not ours to mend.
    if (isApiPage(name)) return [];
    return [
      ...(await seriousMistakes(page)),
      ...(size === "phone" && sideways > 0 ? [`scrolls ${sideways} px sideways`] : []),
    ];
  }

  /** Two windows, each with every second page: while one page gets its data, the other is drawn and looked at. */
  async function lookAtAll(
    theme: Theme,
    size: "desktop" | "phone",
    isMeant: (name: string) => boolean = () => true,
  ): Promise<Record<string, string[]>> {
    const found: Record<string, string[]> = {};
    const all = [...pages].filter(([name]) => isMeant(name));
    const lookAtEverySecond = async (first: 0 | 1): Promise<string[]> => {
      const options = { theme, viewport: size === "desktop" ? DESKTOP : PHONE };
      const [inside, outside] = await Promise.all([openWindow(browser, options), openWindow(browser, options)]);
      await inside.context.addCookies(cookies);
      for (const [name, url] of all.filter((_, at) => at % 2 === first)) {
        const mistakes = await look(isForStrangers(name) ? outside.page : inside.page, name, url, theme, size);
        if (mistakes.length > 0) found[name] = mistakes;
      }
      await Promise.all([inside.context.close(), outside.context.close()]);
      return [...inside.mistakes, ...outside.mistakes];
    };
    const scripts = (await Promise.all([lookAtEverySecond(0), lookAtEverySecond(1)])).flat();
    return scripts.length === 0 ? found : { ...found, scripts };
  }

  // Colours do not depend on the size of the window, nor does what finds room in it on the colours.
  for (const [theme, size] of [
    ["light", "desktop"],
    ["dark", "phone"],
  ] as const) {
    it(`has nothing serious or critical, no script error and no sideways scroll (${theme}, ${size})`, async () => {
      expect(await lookAtAll(theme, size)).toEqual({});
    }, 300_000);
  }

  // What goes on in many homes is told by colours and by columns at once: these are looked at in each way.
  it.each([
    ["dark", "desktop"],
    ["light", "phone"],
  ] as const)("is so for several homes also %s on a %s", async (theme, size) => {
    expect(await lookAtAll(theme, size, (name) => name.startsWith("rollout"))).toEqual({});
  });
});
