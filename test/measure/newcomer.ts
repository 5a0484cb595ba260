import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeHomeAssistant, testHome } from "@caretaker/connector-home-assistant/fake-gateway";
import { openBrowser, openWindow } from "@caretaker/journeys/harness/browser.ts";
import { startHubProcess } from "@caretaker/journeys/harness/hub-process.ts";
import { consentLink, startMailServer } from "@caretaker/journeys/harness/mail.ts";
import { startRealHome } from "@caretaker/kit/real-home-assistant/index.ts";
import { findChromium } from "@caretaker/kit/require.ts";
import { totp } from "@caretaker/server/people/test-totp.ts";
import type { Effort, Figure } from "./measurement.ts";

/** From the first page to "fixed" by somebody who has never seen it: the machine's seconds, and a person's for each click and key. */

type Browser = Awaited<ReturnType<typeof openBrowser>>;
type Page = Awaited<ReturnType<typeof openWindow>>["page"];
type Target = ReturnType<Page["getByRole"]>;

const DECISION = 2;
const KEY = 0.2;
const AT_MOST = 180;
const OWNER = { name: "Robin", email: "robin@bright.example", password: "lamps are lit at nine" };
const WHY = "The lights do not come on";

/** A hand with a stopwatch. A person's time is added, not slept: nothing of it is hidden behind the machine's. */
class Hand {
  readonly #begun = performance.now();
  #human = 0;

  async press(target: Target): Promise<void> {
    this.#human += DECISION;
    await target.click();
  }

  async type(target: Target, text: string): Promise<void> {
    this.#human += DECISION + text.length * KEY;
    await target.fill(text);
  }

  /** Tokens are pasted: nobody types 180 letters. */
  async paste(target: Target, text: string): Promise<void> {
    this.#human += DECISION;
    await target.fill(text);
  }

  get seconds(): number {
    return (performance.now() - this.#begun) / 1000 + this.#human;
  }
}

export async function newcomer({ isFull, say }: Effort): Promise<Figure[]> {
  const executable = findChromium();
  if (executable === undefined) {
    say("  no Chromium, so nobody can walk");
    return [{ name: "ways walked", value: 0, unit: "", promise: null }];
  }
  const browser = await openBrowser(executable);
  try {
    return [
      figure("simulated homes, first page to fixed", await lookAround(browser)),
      figure(`a ${isFull ? "real" : "fake"} Home Assistant, first page to fixed`, await startForReal(browser, isFull)),
    ];
  } finally {
    await browser.close();
  }
}

function figure(name: string, value: number): Figure {
  return { name, value, unit: "s", promise: { atMost: AT_MOST } };
}

async function inHub<T>(environment: Record<string, string>, walk: (setupUrl: string) => Promise<T>): Promise<T> {
  const data = await mkdtemp(join(tmpdir(), "newcomer-"));
  const hub = await startHubProcess({ data, environment });
  try {
    return await walk(hub.setupUrl ?? "");
  } finally {
    await hub.stop();
    await rm(data, { recursive: true, force: true });
  }
}

function lookAround(browser: Browser): Promise<number> {
  return inHub({}, async (setupUrl) => {
    const { context, page } = await openWindow(browser);
    const hand = new Hand();
    await page.goto(setupUrl);
    await hand.press(page.getByRole("button", { name: "Start the demo" }));
    await hand.press(page.getByRole("link", { name: /Lee family/ }).first());
    await askFor(hand, page, "Hue bridge");
    await hand.press(page.getByRole("button", { name: "Open the message" }));
    const opened = context.waitForEvent("page");
    await hand.press(page.getByRole("link", { name: "Answer as the homeowner" }));
    await hand.press((await opened).getByRole("button", { name: "Allow" }));
    return await seeFixed(hand, page);
  });
}

async function startForReal(browser: Browser, isReal: boolean): Promise<number> {
  const [home, mail] = await Promise.all([
    isReal ? startRealHome({ version: "newest" }) : fakeHome(),
    startMailServer(),
  ]);
  try {
    await home.setBridge("Hall bridge", "wedged");
    const environment = { CARETAKER_SMTP_URL: mail.url, CARETAKER_MAIL_FROM: "Bright Homes <care@bright.example>" };
    return await inHub(environment, async (setupUrl) => {
      const { page } = await openWindow(browser);
      const hand = new Hand();
      await page.goto(setupUrl);
      await setUp(hand, page);
      await addSite(hand, page);
      await connect(hand, page, home);
      await askFor(hand, page, "Hall bridge");
      const letter = await mail.next(({ text }) => text.includes(WHY));
      const phone = await openWindow(browser);
      await phone.page.goto(consentLink(letter));
      await hand.press(phone.page.getByRole("button", { name: "Allow" }));
      return await seeFixed(hand, page);
    });
  } finally {
    await Promise.all([home.stop(), mail.close()]);
  }
}

async function fakeHome() {
  const fake = await startFakeHomeAssistant({ home: testHome() });
  return { url: fake.url, token: fake.token, setBridge: fake.setBridge.bind(fake), stop: () => fake.close() };
}

async function setUp(hand: Hand, page: Page): Promise<void> {
  await hand.press(page.getByRole("button", { name: "Set up my firm" }));
  await hand.type(page.getByLabel("Name of the firm"), "Bright Homes");
  await hand.type(page.getByLabel(/^Name\s*\*?$/), OWNER.name);
  await hand.type(page.getByLabel(/^Email\s*\*?$/), OWNER.email);
  await hand.type(page.getByLabel(/^Password\s*\*?$/), OWNER.password);
  await hand.press(page.getByRole("button", { name: "Set up", exact: true }));
  await hand.type(page.getByLabel("Your password"), OWNER.password);
  await hand.press(page.getByRole("button", { name: "Begin" }));
  const secret = await page
    .getByText(/^[A-Z2-7]{4}[A-Z2-7 ]{12,}$/)
    .first()
    .innerText();
  await hand.type(page.getByLabel("Then type the six digits it shows"), totp(secret.replaceAll(" ", "")));
  await hand.press(page.getByRole("button", { name: "Confirm" }));
  await hand.press(page.getByRole("button", { name: "I have kept them" }));
}

async function addSite(hand: Hand, page: Page): Promise<void> {
  await hand.press(page.getByRole("link", { name: "Add a site" }).first());
  await hand.type(page.getByLabel("Name of the client"), "Mrs Lee");
  await hand.type(page.getByLabel("Name of the site"), "Lee house");
  await hand.type(page.getByLabel(/^Name\s*\*?$/), "Mrs Lee");
  await hand.type(page.getByLabel("Email").last(), "lee@home.example");
  await hand.type(page.getByLabel("How do you know that this address is theirs?"), "She wrote to us");
  await hand.press(page.getByRole("checkbox", { name: /Diagnose/ }));
  const how = { name: /^How do you know\?/ };
  await hand.press(page.getByRole("textbox", how).or(page.getByRole("combobox", how)).first());
  await hand.press(page.getByRole("option", { name: "Contract" }));
  await hand.type(page.getByLabel("Who agreed?"), "Mrs Lee");
  await hand.press(page.getByRole("button", { name: "Add the site and connect its gateway" }));
}

async function connect(hand: Hand, page: Page, home: { url: string; token: string }): Promise<void> {
  await page.getByRole("heading", { name: "Connect a gateway" }).waitFor();
  await hand.type(page.getByLabel(/address|URL/i).first(), home.url);
  await hand.paste(page.getByLabel(/token/i).first(), home.token);
  await hand.press(page.getByRole("button", { name: "Check the connection" }));
  await hand.press(page.getByRole("button", { name: "Add this gateway" }));
  await hand.press(page.getByRole("link", { name: "Look at the site" }));
}

/** A real home may have more that does not answer than the bridge that is meant. */
async function askFor(hand: Hand, page: Page, thing: string): Promise<void> {
  const problem = page.getByRole("listitem").filter({ hasText: thing }).first();
  await hand.press(problem.getByRole("link", { name: /Revive an integration/ }));
  await hand.type(page.getByLabel("Why?"), WHY);
  // Else the question of whoever walks this late in the evening would wait for the morning.
  await hand.press(page.getByRole("switch", { name: "The homeowner asked for help" }));
  await hand.press(page.getByRole("button", { name: /^Ask .* and start$/ }));
  await page.waitForURL(/\/runs\//);
}

async function seeFixed(hand: Hand, page: Page): Promise<number> {
  await page.getByText("The fix was made, and the checks afterwards show that it holds.").waitFor({ timeout: 90_000 });
  return hand.seconds;
}
