import { type FakePanel, startFakePanel, testPanel } from "@caretaker/connector-cresnext/fake-gateway";
import { available, findChromium, whyNoChromium } from "@caretaker/kit/require.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepPicture, openBrowser, openWindow } from "./harness/browser.ts";
import { Firm, HOMEOWNER } from "./harness/firm.ts";
import { onThePhone } from "./harness/stage.ts";

const needsBrowser = available("chromium", whyNoChromium);
const REASON = "The screen in the hall shows an error";

describe.skipIf(needsBrowser.skip)(needsBrowser.title("a Crestron panel that has lost its processor"), () => {
  let firm: Firm;
  let browser: Browser;
  let lost: FakePanel;
  let well: FakePanel;

  beforeAll(async () => {
    const processor = (status: string) => ({ address: "192.168.1.10", status });
    [firm, browser, lost, well] = await Promise.all([
      Firm.open().then((opened) => opened.settle()),
      openBrowser(findChromium() ?? ""),
      startFakePanel({ panel: testPanel({ systems: { "03": processor("OFFLINE") } }) }),
      startFakePanel({
        panel: testPanel({ name: "TSW-770-KITCHEN", serial: "2107ABC0009999", systems: { "04": processor("ONLINE") } }),
      }),
    ]);
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all([firm?.close(), lost?.close(), well?.close()]);
  });

  it("is added by its certificate, found, and restarted once the homeowner allowed it", async () => {
    const client = await firm.api("client.create", { name: "Lee" });
    const site = await firm.api("site.create", {
      clientId: client.id,
      name: "Lee house",
      timeZone: "Europe/Amsterdam",
      quietHours: { from: "00:00", to: "00:00" },
      contacts: [{ ...HOMEOWNER, role: "owner", verifiedBecause: "She wrote to us from it" }],
      consent: { scopes: ["diagnose"], evidence: "contract", givenBy: HOMEOWNER.name },
    });
    await firm.api("gateway.add", {
      siteId: site.id,
      connector: "cresnext",
      name: "Kitchen panel",
      config: well.config,
    });
    const { context, page, mistakes } = await openWindow(browser);
    await firm.signInByPassword(context);

    await page.goto(`${firm.hub.url}/sites/${site.id}/gateways/new`);
    await page.getByRole("radio", { name: /Crestron panel/ }).click();
    await page.getByLabel("Name of the gateway").fill("Hall panel");
    await page.getByLabel(/^Address/).fill(lost.url);
    await page.getByLabel(/^User/).fill(lost.config.username);
    await page.getByLabel(/^Password/).fill(lost.config.password);
    await page.getByRole("button", { name: "Check the connection" }).click();
    await page.getByText(lost.fingerprint).waitFor();
    expect(lost.asked).toEqual([]);
    await keepPicture(page, "journey-panel-certificate");
    await page.getByRole("button", { name: "It is the same: trust exactly this certificate" }).click();
    await page.getByText(/All good: 2 devices/).waitFor();
    await keepPicture(page, "journey-panel-checklist");
    await page.getByRole("button", { name: "Add this gateway" }).click();
    await page.getByText("Hall panel was added").waitFor();
    expect(await page.getByRole("link", { name: "Run a first health check" }).count()).toBe(0);
    await page.getByRole("link", { name: "Look at the site" }).click();

    await page.getByText("Control system of TSW-1070-HALL (192.168.1.10, IP ID 03)").first().waitFor();
    await keepPicture(page, "journey-panel-problem");
    await page.getByRole("link", { name: /Restart a panel that has lost its control system/ }).click();
    await page.getByLabel("Why?").fill(REASON);
    await keepPicture(page, "journey-panel-start");
    await page.getByRole("button", { name: /^Ask .* and start|^Start/ }).click();

    await page.getByRole("button", { name: "working", exact: true }).click({ timeout: 90_000 });
    const phone = await onThePhone({ firm, browser });
    expect(phone.mail.text).toContain(REASON);
    expect(await phone.page.getByText("the system that runs your home").count()).toBe(0);
    await keepPicture(phone.page, "journey-panel-phone");
    expect(lost.acts).toEqual([]);
    await phone.press("Allow");

    await page
      .getByText(/^Fixed/)
      .first()
      .waitFor({ timeout: 120_000 });
    await keepPicture(page, "journey-panel-fixed");
    expect(lost.acts).toHaveLength(1);
    expect(lost.restarts).toBe(1);
    expect(well.restarts).toBe(0);
    expect(mistakes).toEqual([]);
    const rows = await firm.db.selectFrom("gateway").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(lost.config.password);
  });
});
