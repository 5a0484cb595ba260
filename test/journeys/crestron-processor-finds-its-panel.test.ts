import { type FakeProcessor, startFakeProcessor, testProcessor } from "@caretaker/connector-crestron/fake-gateway";
import { available, findChromium, whyNoChromium } from "@caretaker/kit/require.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepPicture, openBrowser, openWindow } from "./harness/browser.ts";
import { Firm, HOMEOWNER } from "./harness/firm.ts";
import { onThePhone } from "./harness/stage.ts";

const needsBrowser = available("chromium", whyNoChromium);
const REASON = "The screen in the hall does nothing";

describe.skipIf(needsBrowser.skip)(needsBrowser.title("a Crestron processor that has lost a panel"), () => {
  let firm: Firm;
  let browser: Browser;
  let fake: FakeProcessor;

  beforeAll(async () => {
    const processor = testProcessor({
      log: [{ level: "Error", source: "Ashdown", message: "Hall panel: connection lost", minutesAgo: 12 }],
    });
    [firm, browser, fake] = await Promise.all([
      Firm.open().then((opened) => opened.settle()),
      openBrowser(findChromium() ?? ""),
      startFakeProcessor({ processor }),
    ]);
    fake.setStatus(1, "03", "OFFLINE");
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all([firm?.close(), fake?.close()]);
  });

  it("is added by its host key, and its program restarted once the homeowner allowed it", async () => {
    const client = await firm.api("client.create", { name: "Lee" });
    const site = await firm.api("site.create", {
      clientId: client.id,
      name: "Lee house",
      timeZone: "Europe/Amsterdam",
      quietHours: { from: "00:00", to: "00:00" },
      contacts: [{ ...HOMEOWNER, role: "owner", verifiedBecause: "She wrote to us from it" }],
      consent: { scopes: ["diagnose"], evidence: "contract", givenBy: HOMEOWNER.name },
    });
    const { context, page, mistakes } = await openWindow(browser);
    await firm.signInByPassword(context);

    await page.goto(`${firm.hub.url}/sites/${site.id}/gateways/new`);
    await page.getByRole("radio", { name: /Crestron processor/ }).click();
    await page.getByLabel(/^Address/).fill(fake.address);
    await page.getByLabel(/^User/).fill(fake.username);
    await page.getByLabel(/^Password/).fill(fake.password);
    await page.getByRole("button", { name: "Check the connection" }).click();
    await page.getByText(fake.fingerprint).waitFor();
    expect(fake.offered).toBe(0);
    await keepPicture(page, "journey-processor-host-key");
    await page.getByRole("button", { name: "It is the same: trust exactly this host key" }).click();
    await page.getByText(/All good: 7 devices/).waitFor();
    await page.getByRole("button", { name: "Add this gateway" }).click();
    await page.getByText("Crestron processor was added").waitFor();
    await page.getByRole("link", { name: "Look at the site" }).click();

    await page.getByText("Hall panel (192.168.1.31, IP ID 03)").first().waitFor();
    await keepPicture(page, "journey-processor-problem");
    await page.getByRole("link", { name: /Find again a panel that the processor has lost/ }).click();
    await page.getByLabel("Why?").fill(REASON);
    await page.getByRole("button", { name: /^Ask .* and start|^Start/ }).click();

    await page.getByRole("button", { name: "lit", exact: true }).click({ timeout: 90_000 });
    await page.getByText("Waiting for consent").first().waitFor();
    const phone = await onThePhone({ firm, browser });
    expect(phone.mail.text).toContain(REASON);
    await keepPicture(phone.page, "journey-processor-phone");
    expect(fake.console.acts).toEqual([]);
    await phone.press("Allow");

    await page
      .getByText(/^Fixed/)
      .first()
      .waitFor({ timeout: 120_000 });
    await keepPicture(page, "journey-processor-fixed");
    expect(fake.console.acts).toEqual(["PROGRESET 1"]);
    expect(fake.reboots).toBe(0);

    expect(mistakes).toEqual([]);
  });

  it("has its error log read, and then compared with what was read before", async () => {
    const { context, page, mistakes } = await openWindow(browser);
    await firm.signInByPassword(context);
    const { items } = await firm.api("site.list", {});
    const siteId = items[0]?.id ?? "";
    const lookOver = async (): Promise<void> => {
      await page.goto(`${firm.hub.url}/sites/${siteId}/start`);
      await page.getByText("Look over a Crestron processor").click();
      await page.getByLabel("Why?").fill("A look over");
      await page.getByRole("button", { name: /^Start/ }).click();
      await page.getByText("Found something").first().waitFor();
    };

    await lookOver();
    await page.getByText("1 error, 0 warnings, read for the first time").waitFor();
    await page.getByText("noted since it was last asked").first().click();
    await page.getByText("Hall panel: connection lost").first().waitFor();
    await keepPicture(page, "journey-processor-log");
    fake.plan.log.push({ level: "Error", source: "Ashdown", message: "Projector: no answer", minutesAgo: 0 });
    await lookOver();
    await page.getByText(/^1 error, 0 warnings new since /).waitFor();
    await page.getByText("2 errors, 0 warnings").waitFor();
    await page.getByText("noted since it was last asked").first().click();
    await page.getByText("Projector: no answer").first().waitFor();
    expect(await page.getByText("Hall panel: connection lost").count()).toBe(0);
    await keepPicture(page, "journey-processor-log-compared");
    await page.goto(`${firm.hub.url}/sites/${siteId}/log`);
    await page.getByText("Projector: no answer").first().waitFor();
    await page.getByText("Hall panel: connection lost").first().waitFor();

    expect(mistakes).toEqual([]);
  });
});
