import { expect, it } from "vitest";
import { keepPicture, openWindow } from "./harness/browser.ts";
import { HOMEOWNER } from "./harness/firm.ts";
import { journey, onThePhone } from "./harness/stage.ts";

journey("a bridge that stopped answering", (stage) => {
  it("is found in the fleet, fixed with the homeowner's yes from a phone, verified, and in the ledger", async () => {
    const { firm, home, browser } = stage();
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
    const problem = page.getByRole("listitem").filter({ hasText: "Hall bridge" }).first();
    await problem.getByRole("link", { name: /Revive an integration/ }).click();
    await page.getByLabel("Why?").fill("The lights in your hall do not answer");
    await page.getByRole("button", { name: `Ask ${HOMEOWNER.name} and start` }).click();
    await page.waitForURL(/\/runs\//);
    await page.getByText("Waiting for consent").first().waitFor();
    await keepPicture(page, "journey-wedged-waiting");

    const phone = await onThePhone(stage());
    expect(phone.mail.text).toContain("The lights in your hall do not answer");
    await keepPicture(phone.page, "journey-consent-asked");
    await phone.press("Allow");
    await page.getByText("Fixed").first().waitFor({ timeout: 90_000 });
    await keepPicture(page, "journey-wedged-fixed");
    await phone.page.getByText("It works again").first().waitFor();
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
