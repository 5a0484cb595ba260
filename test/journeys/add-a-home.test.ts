import { type RealHome, startRealHome, whyNoRealHome } from "@caretaker/kit/real-home-assistant/index.ts";
import { available, findChromium, whyNoChromium } from "@caretaker/kit/require.ts";
import { totp } from "@caretaker/server/people/test-totp.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepPicture, openBrowser, openWindow } from "./harness/browser.ts";
import { Firm, OWNER } from "./harness/firm.ts";

const needsHome = available("home-assistant", () => whyNoRealHome("newest"));
const needsBrowser = available("chromium", whyNoChromium);

describe.skipIf(needsHome.skip || needsBrowser.skip)(needsBrowser.title(needsHome.title("a firm's first home")), () => {
  let firm: Firm;
  let home: RealHome;
  let browser: Browser;

  beforeAll(async () => {
    [firm, home, browser] = await Promise.all([
      Firm.open(),
      startRealHome({ version: "newest" }),
      openBrowser(findChromium() ?? ""),
    ]);
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all([firm?.close(), home?.stop()]);
  });

  it("is in the fleet, live, from nothing but the link that the hub printed", async () => {
    const { page, mistakes } = await openWindow(browser);
    await page.goto(firm.hub.setupUrl ?? "");
    await page.getByRole("button", { name: "Set up my firm" }).click();
    await page.getByLabel("Name of the firm").fill("Bright Homes");
    await page.getByLabel(/^Name\s*\*?$/).fill(OWNER.name);
    await page.getByLabel(/^Email\s*\*?$/).fill(OWNER.email);
    await page.getByLabel(/^Password\s*\*?$/).fill(OWNER.password);
    await page.getByRole("button", { name: "Set up", exact: true }).click();

    await page.getByLabel("Your password").fill(OWNER.password);
    await page.getByRole("button", { name: "Begin" }).click();
    const secret = (
      await page
        .getByText(/^[A-Z2-7]{4}[A-Z2-7 ]{12,}$/)
        .first()
        .innerText()
    ).replaceAll(" ", "");
    await keepPicture(page, "journey-second-factor");
    await page.getByLabel("Then type the six digits it shows").fill(totp(secret));
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByRole("button", { name: "I have kept them" }).click();

    await page.getByRole("link", { name: "Add a site" }).first().click();
    await page.getByLabel("Name of the client").fill("Mrs Lee");
    await page.getByLabel("Name of the site").fill("Lee house");
    await page.getByLabel(/^Name\s*\*?$/).fill("Mrs Lee");
    await page.getByLabel("Email").last().fill("lee@home.example");
    await page.getByLabel("How do you know that this address is theirs?").fill("She wrote to us from it");
    await page.getByRole("checkbox", { name: /Diagnose/ }).check();
    await page
      .getByRole("textbox", { name: /^How do you know\?/ })
      .or(page.getByRole("combobox", { name: /^How do you know\?/ }))
      .first()
      .click();
    await page.getByRole("option", { name: "Contract" }).click();
    await page.getByLabel("Who agreed?").fill("Mrs Lee");
    await page.getByRole("button", { name: "Add the site and connect its gateway" }).click();

    await page.getByRole("heading", { name: "Connect a gateway" }).waitFor();
    await page
      .getByLabel(/address|URL/i)
      .first()
      .fill(home.url);
    await page.getByLabel(/token/i).first().fill(home.token);
    await page.getByRole("button", { name: "Check the connection" }).click();
    await page.getByText(/All good: \d+ devices in \d+ rooms/).waitFor();
    await keepPicture(page, "journey-checklist");
    await page.getByRole("button", { name: "Add this gateway" }).click();
    await page.getByText(/We see \d+ devices in \d+ rooms/).waitFor();
    await page.getByRole("link", { name: "Look at the site" }).click();
    await page.getByText("Online").first().waitFor();
    await page
      .getByText(/of \d+ entities/)
      .first()
      .waitFor();
    await keepPicture(page, "journey-devices");

    expect(mistakes).toEqual([]);
    expect(await firm.db.selectFrom("gateway").select(["state", "connector"]).execute()).toEqual([
      { state: "online", connector: "home-assistant" },
    ]);
    expect(JSON.stringify(await firm.db.selectFrom("gateway").selectAll().execute())).not.toContain(home.token);
  });

  it("says what is wrong and what to do, line by line, when the token is not right", async () => {
    const { context, page } = await openWindow(browser);
    await firm.signInByPassword(context);
    const site = await firm.db.selectFrom("site").select("id").executeTakeFirstOrThrow();
    await page.goto(`${firm.hub.url}/sites/${site.id}/gateways/new`);
    await page
      .getByLabel(/address|URL/i)
      .first()
      .fill(home.url);
    await page.getByLabel(/token/i).first().fill("not-the-token");
    await page.getByRole("button", { name: "Check the connection" }).click();

    await page
      .getByText(/long-lived/i)
      .last()
      .waitFor();
    await keepPicture(page, "journey-checklist-refused");
    expect(await page.getByRole("button", { name: "Add this gateway", disabled: false }).count()).toBe(0);
  });
});
