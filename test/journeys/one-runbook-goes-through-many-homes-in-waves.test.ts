import {
  demoHomes,
  type FakeHomeAssistant,
  startFakeHomeAssistant,
} from "@caretaker/connector-home-assistant/fake-gateway";
import { available, findChromium, whyNoChromium } from "@caretaker/kit/require.ts";
import { transaction } from "@caretaker/server/db/database.ts";
import { addPerson } from "@caretaker/server/people/people.ts";
import { totp } from "@caretaker/server/people/test-totp.ts";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DESKTOP, keepPicture, openBrowser, openWindow, PHONE, seriousMistakes } from "./harness/browser.ts";
import { Firm } from "./harness/firm.ts";

const chromium = available("chromium", whyNoChromium);

const KIM = { name: "Kim", email: "kim@brighthomes.example", password: "correct horse battery" };
const BRIDGE = "Hue bridge";
/** The first has its turn alone, the next five after it; where a reload does not help is among the five. */
const HOMES = ["Elm", "Oak", "Fir", "Ash", "Yew", "Bay", "Fig", "Box", "Ivy"] as const;
const DEAD: readonly string[] = ["Fir", "Yew"];
const WELL = "Ivy";
const ASKS_FIRST = "Box";
/** The stock runbook as the firm has it: whether a bridge came back is clear in seconds, and a minute of it is only waiting. */
const QUICK = "quick-revival";

describe.skipIf(chromium.skip)(chromium.title("one runbook in many homes"), () => {
  let firm: Firm;
  let browser: Browser;
  let homes: FakeHomeAssistant[];

  beforeAll(async () => {
    [firm, browser, homes] = await Promise.all([
      Firm.open().then((opened) => opened.settle()),
      openBrowser(findChromium() ?? ""),
      Promise.all(HOMES.map(() => startFakeHomeAssistant({ home: houseWithBridge() }))),
    ]);
    await publishQuickOne();
    // Homes have their turn in the order in which they were added; those of one wave in any.
    for (const wave of [HOMES.slice(0, 1), HOMES.slice(1, 6), HOMES.slice(6)]) await Promise.all(wave.map(addHome));
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([firm?.close(), ...(homes?.map((home) => home.close()) ?? [])]);
  });

  it("is rehearsed, begins in one, waits for a second person, and halts where it does not help", async () => {
    const { context, page, mistakes } = await openWindow(browser, { viewport: DESKTOP });
    await firm.signIn(context);
    await page.goto(`${firm.hub.url}/runbooks/firm/${QUICK}`);
    await page.getByRole("link", { name: "Run in several homes" }).click();
    const which = page.getByRole("combobox", { name: /integration that is stuck/ });
    await which.click();
    await page.getByRole("option", { name: "hue, in 9 homes" }).click();
    await page.getByLabel("Why?").fill("Hue bridges of this version stop answering");
    await page.getByRole("button", { name: "Rehearse in 9 homes" }).click();

    // Nothing is done: it says where it would be, where somebody is asked first, and where nothing has to be.
    await page.getByText("Finished", { exact: true }).waitFor();
    await expect
      .poll(() => tally(page))
      .toMatchObject({
        "would be mended": "7",
        "ask somebody first": "1",
        "have nothing to mend": "1",
      });
    await line(page, ASKS_FIRST)
      .getByText(/Mrs Box .*would be asked first/)
      .waitFor();
    expect(homes.flatMap(({ acts }) => acts)).toEqual([]);
    await keepPicture(page, "rollout-rehearsed-desktop-light");

    await page.getByRole("link", { name: "Begin for real" }).click();
    const well = page.getByRole("checkbox", { name: WELL });
    await well.waitFor();
    expect(await well.isChecked()).toBe(false);
    expect(await page.getByLabel("Why?").inputValue()).toBe("Hue bridges of this version stop answering");
    await keepPicture(page, "rollout-begin-desktop-light");
    await page.getByRole("button", { name: "Begin with 1 of 8 homes" }).click();

    // The first wave is one home, and waits for a person.
    await page.getByRole("button", { name: "Begin wave 2: 5 homes" }).click({ timeout: 60_000 });
    await page.getByText("So many homes need a second person").waitFor();
    await page.getByLabel("Why can it go on?").fill("It helped in Elm");
    await page.getByRole("button", { name: "Ask a second person" }).click();
    await page.getByText("Waits for a second person", { exact: true }).waitFor();
    expect(await tally(page)).toMatchObject({ "ended well": "1", later: "7" });
    const rolloutUrl = page.url();

    // Whoever asked reads that he cannot; Kim, on her phone, can.
    await page.goto(`${firm.hub.url}/second-person`);
    await page.getByText("Hue bridges of this version").or(page.getByText("It helped in Elm")).first().waitFor();
    expect(await page.getByRole("button", { name: "Approve" }).count()).toBe(0);
    await page.goto(rolloutUrl);
    const kim = await kimOnHerPhone();
    await kim.getByRole("link", { name: "Oak" }).waitFor();
    await keepPicture(kim, "rollout-second-person-phone-dark");
    expect(await seriousMistakes(kim)).toEqual([]);
    await kim.getByRole("button", { name: "Approve" }).click();
    await kim.getByRole("dialog").getByRole("button", { name: "Approve" }).click();

    // Two of the five are dead rather than wedged: it halts by itself, and says where and why.
    await page.getByText(/^2 of its homes did not end well: (Fir, Yew|Yew, Fir)\.$/).waitFor({ timeout: 150_000 });
    const failed = page.getByRole("region", { name: "What did not end well" });
    expect(await failed.getByRole("listitem").allInnerTexts()).toEqual([
      expect.stringContaining("A reload did not help"),
      expect.stringContaining("A reload did not help"),
    ]);
    await expect.poll(() => tally(page)).toMatchObject({ "ended well": "4", "did not end well": "2", later: "2" });
    await keepPicture(page, "rollout-halted-desktop-light");
    expect(await seriousMistakes(page)).toEqual([]);
    await kim.goto(rolloutUrl);
    await kim.getByRole("region", { name: "What did not end well" }).waitFor();
    await keepPicture(kim, "rollout-halted-phone-dark");
    expect(await seriousMistakes(kim)).toEqual([]);

    // Where it did not help, the site says so, and leads on to the next one with the reason filled in.
    const site = await context.newPage();
    await site.goto(rolloutUrl);
    await site
      .getByRole("region", { name: "What did not end well" })
      .getByRole("link", { name: "Fir", exact: true })
      .click();
    const wrong = site.getByRole("region", { name: "What is wrong" });
    await wrong.getByText("Not fixed").waitFor();
    await keepPicture(site, "rollout-next-to-try-desktop-light");
    await wrong
      .getByRole("link", { name: /^Revive a bridge/ })
      .first()
      .click();
    await site.getByRole("radio", { name: /Revive a bridge/, checked: true }).waitFor();
    expect(await site.getByLabel("Why?").inputValue()).toMatch(/^Hue bridge has not .* since/);
    await site.close();

    await page.getByRole("button", { name: "Stop", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Why?").fill("Two bridges need their power taken away");
    await dialog.getByRole("button", { name: "Stop the rollout" }).click();
    await page.getByText("Stopped", { exact: true }).waitFor();
    expect(await tally(page)).toMatchObject({ "left out": "2" });
    // Box was never asked, and nothing was done in the last of the homes.
    expect(homes.slice(6).flatMap(({ acts }) => acts)).toEqual([]);
    expect(mistakes).toEqual([]);
  });

  async function publishQuickOne(): Promise<void> {
    const stock = await firm.api("runbook.get", { connector: "home-assistant", name: "stuck-integration" });
    const text = stock.source.replace(/^id:.*$/m, `id: firm/${QUICK}`).replace("within: 60s", "within: 12s");
    await firm.api("runbook.draft.save", { name: QUICK, text, rowVersion: 0 });
    await firm.api("runbook.publish", {
      name: QUICK,
      rowVersion: 1,
      reason: "Bridges of ours are back within seconds",
    });
  }

  async function addHome(name: (typeof HOMES)[number]): Promise<void> {
    const home = homes[HOMES.indexOf(name)] as FakeHomeAssistant;
    if (DEAD.includes(name)) home.setBridge(BRIDGE, "dead");
    if (name === WELL) home.setBridge(BRIDGE, "ok");
    const homeowner = { name: `Mrs ${name}`, email: `${name.toLowerCase()}@home.example` };
    const scopes = name === ASKS_FIRST ? (["diagnose"] as const) : (["diagnose", "fix"] as const);
    const { siteId } = await firm.addHome(home, [...scopes], homeowner, name);
    if (DEAD.includes(name)) await firm.feed(siteId, BRIDGE, "switch.meter_cupboard_hue_plug");
  }

  /** Kim signs in for the first time, and sets up her second factor on the way. */
  async function kimOnHerPhone(): Promise<Page> {
    await transaction(firm.db, (trx) => addPerson(trx, { ...KIM, role: "senior" }));
    const { page } = await openWindow(browser, { viewport: PHONE, theme: "dark" });
    await page.goto(`${firm.hub.url}/second-person`);
    await page.getByLabel("Email").fill(KIM.email);
    await page.getByRole("textbox", { name: "Password" }).fill(KIM.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("textbox", { name: "Your password" }).fill(KIM.password);
    await page.getByRole("button", { name: "Begin" }).click();
    const secret = page.getByText(/^[A-Z2-7]{4}[A-Z2-7 ]{12,}$/).first();
    const code = totp((await secret.innerText()).replaceAll(" ", ""));
    await page.getByLabel("Then type the six digits it shows").fill(code);
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByRole("button", { name: "I have kept them" }).click();
    return page;
  }
});

/** The canal house of the demo, whose Hue bridge is wedged. */
function houseWithBridge() {
  const [canalHouse] = demoHomes();
  if (canalHouse === undefined) throw new Error("the demo has no homes");
  return canalHouse.home;
}

function line(page: Page, home: string) {
  return page.getByRole("listitem").filter({ has: page.getByRole("link", { name: home, exact: true }) });
}

async function tally(page: Page): Promise<Record<string, string>> {
  const terms = await page.locator(".rollout-tally dt").allInnerTexts();
  const counts = await page.locator(".rollout-tally dd").allInnerTexts();
  return Object.fromEntries(terms.map((term, at) => [term, counts[at] ?? ""]));
}
