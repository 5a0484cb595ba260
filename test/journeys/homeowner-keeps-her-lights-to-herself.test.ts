import type { EntityState, SiteId } from "@caretaker/protocol";
import { expect, it } from "vitest";
import { openWindow, seriousMistakes } from "./harness/browser.ts";
import { HOMEOWNER } from "./harness/firm.ts";
import { simulatedJourney } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

simulatedJourney("a homeowner who keeps her lights to herself, and then leaves", (stage) => {
  let siteId: SiteId;
  const lights = async (): Promise<EntityState[]> =>
    (await stage().firm.api("site.entities", { siteId })).items.filter(
      ({ kind, availability }) => kind === "light" && availability === "online",
    );

  it("has them left out on the page, and seen again at once though nobody touches a lamp", async () => {
    const { firm, browser, home } = stage();
    ({ siteId } = await firm.addHome(home));
    await until("the lamps say how they are", async () => (await lights()).some(({ state }) => state !== null));
    const { context, page } = await openWindow(browser);
    await firm.signIn(context);
    await page.goto(`${firm.hub.url}/sites/${siteId}/consent`);
    const dialog = page.getByRole("dialog");
    const say = async (button: string): Promise<void> => {
      await dialog.getByRole("combobox", { name: "How do you know?" }).click();
      await page.getByRole("option", { name: "Told by phone" }).click();
      await dialog.getByRole("button", { name: button }).click();
      await dialog.waitFor({ state: "hidden" });
    };

    await page.getByRole("button", { name: "Leave out" }).click();
    await dialog.getByRole("combobox", { name: "What?" }).click();
    await page.getByRole("option", { name: "Lights" }).click();
    expect(await seriousMistakes(page)).toEqual([]);
    await say("Leave out");
    const again = page.getByRole("button", { name: "See again: Lights" });
    await again.waitFor();
    await until("nothing is known of the lamps", async () => (await lights()).every(({ state }) => state === null));

    await again.click();
    await say("See again");
    await page.getByText("Nothing is left out.").waitFor();
    await until("the lamps are seen again", async () => (await lights()).every(({ state }) => state !== null), 5000);
    await context.close();
  });

  it("is called otherwise on the page of her client, and erased there once her home has left", async () => {
    const { firm, browser } = stage();
    const { context, page } = await openWindow(browser);
    await firm.signIn(context);
    await page.goto(`${firm.hub.url}/sites/${siteId}/consent`);
    await page.getByRole("link", { name: "Lee", exact: true }).click();
    await page.getByRole("heading", { name: "Lee", exact: true }).waitFor();
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Change" }).click();
    await dialog.getByLabel("Name").fill("Vos");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Vos" }).waitFor();
    expect(await firm.api("site.get", { siteId })).toMatchObject({ clientName: "Vos" });
    const clientPage = page.url();

    await page.getByRole("link", { name: "Lee house" }).click();
    await page.getByRole("link", { name: "Consent" }).click();
    await page.getByRole("button", { name: "Remove the site" }).click();
    await dialog.getByLabel("Why?").fill("Moved away");
    await dialog.getByLabel(/Type the site's name/).fill("Lee house");
    await dialog.getByRole("button", { name: "Remove the site" }).click();
    await page.getByRole("heading", { name: "Sites" }).waitFor();

    await page.goto(clientPage);
    await page.getByText(/Left on .* is erased after/).waitFor();
    const handedOut = page.waitForEvent("download");
    await page.getByRole("button", { name: `Hand out what is kept of ${HOMEOWNER.name}` }).click();
    expect((await handedOut).suggestedFilename()).toBe(`${HOMEOWNER.name}.json`);
    await page.getByRole("button", { name: `Erase ${HOMEOWNER.name}` }).click();
    await dialog.getByLabel("Why?").fill("The homeowner asked for it");
    await dialog.getByRole("button", { name: "Count what would go" }).click();
    await dialog
      .getByRole("status")
      .getByText(/ledger entries/)
      .waitFor();
    await dialog.getByRole("button", { name: "Erase", exact: true }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.getByText(HOMEOWNER.name).waitFor({ state: "hidden" });
    expect(await seriousMistakes(page)).toEqual([]);
    expect(await firm.api("contact.former", { siteId })).toEqual({ items: [] });
    await context.close();
  });
});
