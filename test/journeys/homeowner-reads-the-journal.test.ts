import { expect, it } from "vitest";
import { openWindow, PHONE, seriousMistakes } from "./harness/browser.ts";
import { HOMEOWNER } from "./harness/firm.ts";
import { onThePhone, simulatedJourney } from "./harness/stage.ts";

simulatedJourney("a homeowner who wants to know what was done", (stage) => {
  it("asks for the journal after the work, and reads it by a fresh link that nobody else gets", async () => {
    const { firm, browser, home } = stage();
    const { siteId } = await firm.addHome(home);
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/stuck-integration",
      inputs: { service: service.id },
      reason: "Your lights do not answer",
    });
    const phone = await onThePhone({ firm, browser });
    await phone.press("Allow");
    await firm.ended(run.id);
    await phone.press("Send me the journal of my home");
    await phone.page.getByText("A link is on its way to your mailbox.").waitFor();

    const mail = await firm.mail.next(({ to, subject }) => to === HOMEOWNER.email && subject.includes("journal"));
    const link = /https?:\/\/\S+\/j\/[A-Za-z0-9_-]+/.exec(mail.text)?.[0] ?? "";
    // A scanner that opens links opens nothing: the link still holds a week.
    await fetch(link);
    expect((await firm.db.selectFrom("journalLink").select("firstOpenedAt").execute())[0]?.firstOpenedAt).toBeNull();
    const { page } = await openWindow(browser, { viewport: PHONE });
    await page.goto(link);
    await page.getByRole("heading", { name: "The journal of your home" }).waitFor();

    const lines = await page.locator(".journal li b").allInnerTexts();
    expect(lines).toEqual(
      expect.arrayContaining(["Our work ended", "Something was done", "It was allowed", "You were asked"]),
    );
    await page.getByText("Your lights do not answer").waitFor();
    await page.getByText("Test without changing anything").waitFor();
    expect(await seriousMistakes(page)).toEqual([]);
    await page.close();
    const answer = await firm.api("outbox.list", {});
    expect(JSON.stringify(answer)).not.toContain(link.split("/").at(-1));
  });
});
