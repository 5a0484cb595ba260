import { startFakeHomeAssistant, testHome } from "@caretaker/connector-home-assistant/fake-gateway";
import { available, findChromium, whyNoChromium } from "@caretaker/kit/require.ts";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser } from "./harness/browser.ts";
import { Firm } from "./harness/firm.ts";
import { onThePhone } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

const chromium = available("chromium", whyNoChromium);

describe.skipIf(chromium.skip)(chromium.title("a homeowner who would rather have it another day"), () => {
  let firm: Firm;
  let browser: Browser;
  let home: Awaited<ReturnType<typeof startFakeHomeAssistant>>;

  beforeAll(async () => {
    [firm, browser, home] = await Promise.all([
      Firm.open().then((opened) => opened.settle()),
      openBrowser(findChromium() ?? ""),
      startFakeHomeAssistant({ home: testHome({ hall: { mode: "wedged" } }) }),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([firm?.close(), home?.close()]);
  });

  it("chooses a day and hours on the phone: nothing is done before, and Stop takes it back", async () => {
    const { siteId } = await firm.addHome(home);
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/stuck-integration",
      inputs: { service: service.id },
      reason: "Your lights do not answer",
    });
    const acts = home.acts.length;
    const phone = await onThePhone({ firm, browser });

    await phone.press("Another time");
    const day = phone.page.getByLabel("Day", { exact: true });
    await day.selectOption({ index: 2 });
    await phone.page.getByLabel("Time", { exact: true }).selectOption({ label: "10:00 – 12:00" });
    const means = await phone.page.getByText("between 10:00 and 12:00 it may be done").innerText();
    const chosen = /^On (.*) between/.exec(means)?.[1] ?? "";
    const [weekday = "", date = ""] = chosen.split(" ");
    const listed = await day.locator("option:checked").innerText();
    expect(listed).toMatch(new RegExp(`^${weekday.slice(0, 3)},? ${date} `));
    await phone.press("Allow it then");
    await phone.page
      .getByText(`You allowed this on ${chosen} between 10:00 and 12:00. Nothing is done before.`)
      .waitFor();

    await until("the run waits for it", async () => (await firm.run(run.id)).status === "waiting_for_window");
    const [consent] = (await firm.run(run.id)).consents;
    expect(consent?.window?.from).toMatch(/T0[89]:00:00.000Z$/);
    expect(await firm.ledger(siteId)).toContain("consent.window_agreed");
    expect(home.acts.length).toBe(acts);

    await phone.press("Stop");
    expect(await firm.ended(run.id)).toMatchObject({ outcome: "refused" });
    expect(home.acts.length).toBe(acts);
  });
});
