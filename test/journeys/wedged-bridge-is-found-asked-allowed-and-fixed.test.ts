import { type RealHome, startRealHome, whyNoRealHome } from "@caretaker/kit/real-home-assistant/index.ts";
import { available, findChromium, whyNoChromium } from "@caretaker/kit/require.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepPicture, openBrowser, openWindow, PHONE } from "./harness/browser.ts";
import { Firm, HOMEOWNER } from "./harness/firm.ts";
import { consentLink } from "./harness/mail.ts";

const needsHome = available("home-assistant", () => whyNoRealHome("newest"));
const needsBrowser = available("chromium", whyNoChromium);
const skip = needsHome.skip || needsBrowser.skip;

describe.skipIf(skip)(needsBrowser.title(needsHome.title("a bridge that stopped answering")), () => {
  let firm: Firm;
  let home: RealHome;
  let browser: Browser;

  beforeAll(async () => {
    [firm, home, browser] = await Promise.all([
      Firm.open().then((opened) => opened.settle()),
      startRealHome({ version: "newest" }),
      openBrowser(findChromium() ?? ""),
    ]);
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all([firm?.close(), home?.stop()]);
  });

  it("is found in the fleet, fixed with the homeowner's yes from a phone, verified, and in the ledger", async () => {
    const { siteId } = await firm.addHome(home);
    await home.setBridge("Hall bridge", "wedged");
    const { context, page, mistakes } = await openWindow(browser);
    await firm.signIn(context);

    await page.goto(firm.hub.url);
    await page
      .getByRole("link", { name: /Lee house/ })
      .first()
      .click();
    await page.getByText("Hall bridge").first().waitFor();
    await keepPicture(page, "journey-wedged-site");
    await page.getByRole("link", { name: /Start a run/ }).click();
    await page.getByText("Revive an integration that has stopped answering").click();
    await page
      .getByRole("combobox", { name: /Integration/ })
      .or(page.getByLabel(/Integration/))
      .first()
      .click();
    await page.getByRole("option", { name: /Hall bridge/ }).click();
    await page.getByLabel("Why?").fill("The lights in your hall do not answer");
    await page.getByRole("button", { name: `Ask ${HOMEOWNER.name} and start` }).click();
    await page.waitForURL(/\/runs\//);
    await page
      .getByText(/was asked/)
      .first()
      .waitFor();
    await keepPicture(page, "journey-wedged-waiting");

    const mail = await firm.mail.next(({ to }) => to === HOMEOWNER.email);
    expect(mail.text).toContain("The lights in your hall do not answer");
    const phone = await openWindow(browser, { viewport: PHONE });
    await phone.page.goto(consentLink(mail));
    await keepPicture(phone.page, "journey-consent-asked");
    await phone.page.getByRole("button", { name: "Allow" }).click();

    await page.getByText("Fixed").first().waitFor({ timeout: 60_000 });
    await keepPicture(page, "journey-wedged-fixed");
    await phone.page
      .getByText(/works again|was done|finished/i)
      .first()
      .waitFor();
    await keepPicture(phone.page, "journey-consent-done");
    expect([...mistakes, ...phone.mistakes]).toEqual([]);
    expect(await firm.ledger(siteId)).toEqual(
      expect.arrayContaining([
        "consent.asked",
        "consent.opened",
        "consent.allowed",
        "act.intended",
        "act.done",
        "run.finished",
      ]),
    );
    expect(await firm.api("ledger.verify", { siteId })).toMatchObject({ whole: true, firstBad: null });
  });
});
