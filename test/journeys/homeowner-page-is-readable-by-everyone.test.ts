import {
  type FakeHomeAssistant,
  startFakeHomeAssistant,
  testHome,
} from "@caretaker/connector-home-assistant/fake-gateway";
import { available, findChromium, whyNoChromium } from "@caretaker/kit/require.ts";
import type { Language, RunbookId, RunId, SiteId } from "@caretaker/protocol";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pairAgent, startAgent } from "./harness/agent.ts";
import { addAuthenticator } from "./harness/authenticator.ts";
import { keepPicture, openBrowser, openWindow, seriousMistakes, type Theme } from "./harness/browser.ts";
import { Firm } from "./harness/firm.ts";
import { consentLink } from "./harness/mail.ts";
import {
  devtoolsOf,
  hardToReach,
  hardToRead,
  setTextSize,
  toldByScreenReader,
  toldOtherwise,
} from "./harness/reading.ts";
import { until } from "./harness/until.ts";

const chromium = available("chromium", whyNoChromium);

/** A phone of 320 px, or one of 640 px at 200 % zoom: the same to the page. The text is twice its size on top of that. */
const NARROW = { width: 320, height: 568 };
const LOOKS: readonly { readonly theme: Theme; readonly text: number }[] = [
  { theme: "light", text: 2 },
  { theme: "dark", text: 2 },
  { theme: "light", text: 1 },
];
/** Words are longer in one language than in another, and large text shows it; colours are the same in all of them. */
const looksIn = (language: Language): typeof LOOKS => (language === "en" ? LOOKS : LOOKS.slice(0, 1));

/** The buttons, as a homeowner reads them. */
const WORDS: Readonly<
  Record<
    Language,
    {
      allow: string;
      another: string;
      back: string;
      journal: string;
      says: string;
      say: string;
      answer: string;
      passkey: string;
    }
  >
> = {
  en: {
    allow: "Allow",
    another: "Another time",
    back: "Back",
    journal: "Send me the journal of my home",
    says: "Nothing in your hall answers",
    say: "Is the light on the white box in the hall lit?",
    answer: "dark",
    passkey: "Make the passkey",
  },
  nl: {
    allow: "Toestaan",
    another: "Een andere keer",
    back: "Terug",
    journal: "Stuur mij het logboek van mijn woning",
    says: "Niets in uw hal antwoordt",
    say: "Brandt het lampje op het witte kastje in de hal?",
    answer: "brandt niet",
    passkey: "De passkey maken",
  },
  de: {
    allow: "Erlauben",
    another: "Ein andermal",
    back: "Zurück",
    journal: "Schicken Sie mir das Protokoll meines Zuhauses",
    says: "Nichts in Ihrem Flur antwortet",
    say: "Leuchtet das Lämpchen an dem weißen Kästchen im Flur?",
    answer: "leuchtet nicht",
    passkey: "Den Passkey erstellen",
  },
  fr: {
    allow: "Autoriser",
    another: "Une autre fois",
    back: "Retour",
    journal: "Envoyez-moi le journal de ma maison",
    says: "Rien ne répond dans votre entrée",
    say: "Le voyant du boîtier blanc dans l'entrée est-il allumé ?",
    answer: "éteint",
    passkey: "Créer la clé d’accès",
  },
};

const LANGUAGES = Object.keys(WORDS) as Language[];

const QUESTION = `id: firm/which-light
version: 1
title: Ask which light is lit
tell: We would like to know something.
limit: 5m
steps:
  - ask: light
    say:
${Object.entries(WORDS)
  .map(([language, { say }]) => `      ${language}: "${say}"`)
  .join("\n")}
    answers: [lit, dark]
    of: homeowner
    within: 30m
    next: { lit: { end: found }, dark: { end: needs_visit } }
`;

describe.skipIf(chromium.skip)(chromium.title("the homeowner's page, narrow and with large text"), () => {
  let firm: Firm;
  let browser: Browser;
  /** One for each language, so that all four can be asked at once. */
  let homes: FakeHomeAssistant[];
  const homeOf = (language: Language) => homes[LANGUAGES.indexOf(language)] as FakeHomeAssistant;

  beforeAll(async () => {
    [firm, browser, homes] = await Promise.all([
      Firm.open().then((opened) => opened.settle()),
      openBrowser(findChromium() ?? ""),
      Promise.all(LANGUAGES.map(() => startFakeHomeAssistant({ home: testHome({ hall: { mode: "wedged" } }) }))),
    ]);
  });
  beforeAll(async () => {
    await firm.api("runbook.draft.save", { name: "which-light", text: QUESTION, rowVersion: 0 });
    await firm.api("runbook.publish", { name: "which-light", rowVersion: 1, reason: "To know before driving" });
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([firm?.close(), ...(homes?.map((home) => home.close()) ?? [])]);
  });

  // The reload and its proof take their time: the four wait together.
  it.concurrent.each(LANGUAGES)(
    "is read, heard and used by keyboard alone, in %s, from the question to the journal",
    async (language) => {
      const words = WORDS[language];
      const asked = await ask(language);
      const pages = await Promise.all(looksIn(language).map((how) => openPage(how, asked.link)));
      const found: Record<string, string[]> = {};
      const lookAtAll = (state: string): Promise<void> => lookAt(pages, language, state, found);
      await lookAtAll("asked");
      const [page] = pages as [Page];
      const before = await regions(page);

      for (const each of pages) await press(each, words.another);
      await lookAtAll("choosing");
      for (const each of pages) await press(each, words.back);

      await press(page, words.allow);
      for (const each of pages) await each.locator(".status[data-state=working]").waitFor();
      await page.locator(".progress li").nth(1).waitFor();
      await lookAtAll("working");
      expect(await announced(page, before, ".progress li")).toEqual(await lines(page, ".progress li"));

      homeOf(language).setBridge("Hall bridge", "ok");
      await firm.ended(asked.runId);
      for (const each of pages) await each.locator(".status[data-state=well]").waitFor();
      await page.locator(".result dd").first().waitFor();
      await lookAtAll("ended");
      expect(await announced(page, before, "#status")).toEqual(await lines(page, "#status"));
      expect(await announced(page, before, ".progress li")).toEqual(await lines(page, ".progress li"));

      await press(page, words.journal);
      const mail = await firm.mail.next(({ to, text }) => to === asked.email && text.includes("/j/"));
      const link = /https?:\/\/\S+\/j\/[A-Za-z0-9_-]+/.exec(mail.text)?.[0] ?? "";
      for (const each of pages) await each.goto(link);
      for (const each of pages) await each.locator(".journal li").first().waitFor();
      await lookAtAll("journal");

      for (const each of pages) await each.context().close();
      expect(found).toEqual({});
    },
  );

  it.each(LANGUAGES)("is so in %s where a question allows nothing, and once it is answered", async (language) => {
    const { say, answer } = WORDS[language];
    const email = `lee-${language}@question.example`;
    const { siteId } = await firm.addHome(homeOf(language), ["diagnose"], { name: "Mrs Lee", email, language });
    const reason = WORDS[language].says;
    await firm.api("run.start", { siteId, runbook: "firm/which-light" as RunbookId, inputs: {}, reason });
    const mail = await firm.mail.next(({ to }) => to === email);
    const link = /https?:\/\/\S+\/q\/[A-Za-z0-9_-]+/.exec(mail.text)?.[0] ?? "";
    const pages = await Promise.all(looksIn(language).map((how) => openPage(how, link)));
    const found: Record<string, string[]> = {};
    for (const each of pages) await each.getByText(say).waitFor();
    await lookAt(pages, language, "question", found);
    const [page] = pages as [Page];
    const before = await regions(page);

    await press(page, answer);
    await page.locator(".status[data-state=ended]").waitFor();
    expect(await announced(page, before, "#status")).toEqual(await lines(page, "#status"));
    for (const each of pages) if (each !== page) await each.reload();
    for (const each of pages) await each.locator(".status[data-state=ended]").waitFor();
    await lookAt(pages, language, "question-answered", found);

    for (const each of pages) await each.context().close();
    expect(found).toEqual({});
  });

  it.each(LANGUAGES)("is so in %s where a passkey is made for the box in the home", async (language) => {
    const { agent, stop } = await startAgent();
    const found: Record<string, string[]> = {};
    try {
      const client = await firm.api("client.create", { name: "Lee" });
      const { id: siteId } = await firm.api("site.create", {
        ...{ clientId: client.id, name: "Lee house", timeZone: "Europe/Amsterdam", language, contacts: [] },
        consent: { scopes: ["view"], evidence: "contract", givenBy: "Mrs Lee" },
      });
      await pairAgent(firm, siteId, agent);
      agent.guard.confirm("quiet");
      await until("the hub carries passkeys", async () => agent.guard.passkeys.whyNone === null);
      agent.guard.passkeys.begin("Lee");
      const { wish } = agent.guard.passkeys;
      const pages = await Promise.all(looksIn(language).map((how) => openPage(how, wish?.link ?? "")));
      await lookAt(pages, language, "passkey", found);
      const [page] = pages as [Page];
      const before = await regions(page);

      await addAuthenticator(page);
      await press(page, WORDS[language].passkey);
      await page.locator(".status[data-state=allowed]").waitFor();
      expect(await announced(page, before, "#status")).toEqual(await lines(page, "#status"));
      for (const each of pages) if (each !== page) await each.reload();
      for (const each of pages) await each.locator(".passkey-code").waitFor();
      await lookAt(pages, language, "passkey-made", found);

      for (const each of pages) await each.context().close();
    } finally {
      await stop();
    }
    expect(found).toEqual({});
  });

  it.each(LANGUAGES)("is so in %s where a link leads nowhere", async (language) => {
    const found: Record<string, string[]> = {};
    const links = ["c", "q", "j"].map((kind) => `${firm.hub.url}/${kind}/nothing`);
    // One page for all links, so each look meets another one.
    const pages = await Promise.all(looksIn(language).map((how, at) => openPage(how, links[at] as string, language)));
    await lookAt(pages, language, "unknown", found);

    for (const each of pages) await each.context().close();
    expect(found).toEqual({});
  });

  async function lookAt(
    pages: readonly Page[],
    language: Language,
    state: string,
    found: Record<string, string[]>,
  ): Promise<void> {
    for (const [index, { theme, text }] of looksIn(language).entries()) {
      const how = `${theme}-${text}00`;
      const mistakes = await look(pages[index] as Page, language, text, `readable-${state}-${language}-${how}`);
      if (mistakes.length > 0) found[`${state} ${how}`] = mistakes;
    }
  }

  async function ask(language: Language): Promise<{ link: string; runId: RunId; siteId: SiteId; email: string }> {
    const home = homeOf(language);
    home.setBridge("Hall bridge", "wedged");
    const email = `lee-${language}@home.example`;
    const { siteId } = await firm.addHome(home, ["diagnose"], { name: "Mrs Lee", email, language });
    const service = await firm.illIntegration(siteId, "Hall bridge");
    // A reload is under way as long as somebody looks at the page.
    home.setBridge("Hall bridge", "not_ready");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/stuck-integration",
      inputs: { service: service.id },
      reason: WORDS[language].says,
    });
    const mail = await firm.mail.next(({ to }) => to === email);
    return { link: consentLink(mail), runId: run.id, siteId, email };
  }

  async function openPage({ theme, text }: (typeof LOOKS)[number], link: string, locale = "en-GB"): Promise<Page> {
    const { page } = await openWindow(browser, { viewport: NARROW, theme, locale });
    await setTextSize(page, text);
    await page.goto(link);
    await page.locator("#status, #page h1").first().waitFor();
    return page;
  }

  async function press(page: Page, name: string): Promise<void> {
    const button = page.getByRole("button", { name, exact: true });
    await button.focus();
    await page.keyboard.press("Enter");
  }

  async function look(page: Page, language: Language, text: number, picture: string): Promise<string[]> {
    // A new document begins with the usual size.
    await setTextSize(page, text);
    const mistakes = [...(await hardToRead(page)), ...(await toldOtherwise(page)), ...(await hardToReach(page))];
    const { lang, size } = await page.evaluate(() => ({
      lang: document.documentElement.lang,
      size: getComputedStyle(document.documentElement).fontSize,
    }));
    await keepPicture(page, picture);
    return [
      ...(lang === language ? [] : [`the page says it is in ${lang}`]),
      ...(size === `${18 * text}px` ? [] : [`the text is not ${text} times as large: ${size}`]),
      ...mistakes,
      ...(await seriousMistakes(page)),
    ];
  }

  /** The elements whose changes are read aloud. */
  async function regions(page: Page): Promise<Set<number>> {
    const told = await toldByScreenReader(page);
    return new Set(told.filter(({ live }) => live === "polite").map(({ element }) => element));
  }

  /** Which of these a screen reader has read aloud: those that came into a region that it knew before. */
  async function announced(page: Page, known: ReadonlySet<number>, which: string): Promise<string[]> {
    const devtools = await devtoolsOf(page);
    const heard: string[] = [];
    for (const line of await page.locator(which).all()) {
      const text = (await line.innerText()).replace(/\s+/g, " ").trim();
      const region = await line.evaluateHandle((element) => element.closest("[aria-live], [role=status]"));
      await region.evaluate((element) => element?.setAttribute("data-heard", ""));
      const { root } = (await devtools.send("DOM.getDocument", { depth: 0 })) as { root: { nodeId: number } };
      const { nodeId } = await devtools.send("DOM.querySelector", { nodeId: root.nodeId, selector: "[data-heard]" });
      if (nodeId !== 0) {
        const { node } = await devtools.send("DOM.describeNode", { nodeId });
        if (known.has(node.backendNodeId)) heard.push(text);
      }
      await region.evaluate((element) => element?.removeAttribute("data-heard"));
    }
    return heard;
  }

  async function lines(page: Page, which: string): Promise<string[]> {
    return (await page.locator(which).allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
  }
});
