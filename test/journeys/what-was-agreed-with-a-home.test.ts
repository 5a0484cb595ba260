import { expect, it } from "vitest";
import { keepPicture, openWindow, PHONE } from "./harness/browser.ts";
import { HOMEOWNER } from "./harness/firm.ts";
import { consentLink } from "./harness/mail.ts";
import { simulatedJourney } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

const REASON = "Her pump hangs on these lights, and nobody answers the phone";

simulatedJourney("what was agreed with a home", (stage) => {
  it("lets two people act in an emergency: recorded, asked for and given in the browser, told at once, and seen by her", async () => {
    const { firm, home, browser } = stage();
    const { siteId } = await firm.addHome(home);
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const desk = await openWindow(browser);
    await firm.signIn(desk.context);

    await desk.page.goto(`${firm.hub.url}/sites/${siteId}/consent`);
    const panel = desk.page.getByRole("region", { name: "Emergencies" });
    await panel.getByText("the household is always asked").waitFor();
    await panel.getByRole("button", { name: "Record" }).click();
    const form = desk.page.getByRole("dialog");
    await form.getByLabel("Restart the integration").check();
    await form.getByRole("combobox", { name: "How do you know?" }).click();
    await desk.page.getByRole("option", { name: "Contract" }).click();
    await form.getByRole("button", { name: "Record" }).click();
    await desk.page.getByText(/it rests: it can be used from/).waitFor();
    const agreed = await firm.mail.next(({ subject }) => subject.includes("in an emergency"));
    expect(agreed.text).toContain("From tomorrow on two people of Bright Homes");
    await keepPicture(desk.page, "journey-emergency-agreed");
    // A day later.
    await firm.db.updateTable("emergencyConsent").set({ restsUntil: new Date() }).execute();

    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/stuck-integration" as never,
      inputs: { service: service.id },
      reason: "Nothing in your hall answers",
    });
    await until("she is asked", async () => (await firm.run(run.id)).status === "waiting_for_consent");
    await desk.page.goto(`${firm.hub.url}/runs/${run.id}`);
    await desk.page.getByRole("button", { name: "Emergency" }).click();
    await desk.page.getByLabel(/What is the emergency/).fill(REASON);
    await desk.page.getByRole("button", { name: "Ask a second person" }).click();
    await desk.page.getByText("A second person has been asked.").waitFor();
    // Nobody else is there, so it takes an hour, and she hears of it before.
    const before = await firm.mail.next(({ text }) => text.includes("before something is allowed as an emergency"));
    expect(before.text).toContain(REASON);
    await firm.db.updateTable("approval").set({ notBefore: new Date() }).execute();
    await desk.page.getByRole("link", { name: "See what waits" }).click();
    await desk.page.getByText("Allow as an emergency", { exact: true }).waitFor();
    const [waiting] = (await firm.asPrincipal("approval.list", {})).items;
    if (waiting === undefined) throw new Error("nothing waits");
    await firm.asPrincipal("approval.give", { approvalId: waiting.id, digest: waiting.digest });

    const told = await firm.mail.next(({ subject }) => subject.includes("being done in your home as an emergency"));
    expect(told.text).toContain(REASON);
    expect(await firm.ended(run.id)).toMatchObject({ outcome: "fixed", consents: [{ grade: "D", status: "used" }] });
    const phone = await openWindow(browser, { viewport: PHONE });
    await phone.page.goto(consentLink(told));
    await phone.page.getByText("decided without your answer that this is an emergency").waitFor();
    expect(await phone.page.locator("#status").textContent()).toContain("It works again.");
    await keepPicture(phone.page, "journey-emergency-told");
    expect(told.to).toBe(HOMEOWNER.email);
    expect(await firm.ledger(siteId)).toContain("consent.emergency");
    expect(await firm.api("ledger.verify", { siteId })).toMatchObject({ whole: true });
  });

  it("ends when it was agreed to end: the page says so before, closes its live view, and says so after", async () => {
    const { firm, browser } = stage();
    const [site] = (await firm.api("site.list", {})).items;
    if (site === undefined) throw new Error("no site");
    const desk = await openWindow(browser);
    await firm.signIn(desk.context);
    const end = new Date(Date.now() + 12_000);
    await firm.asPrincipal("scopes.set", {
      siteId: site.id,
      scopes: ["diagnose"],
      evidence: "contract",
      givenBy: HOMEOWNER.name,
      until: end.toISOString(),
    });

    await desk.page.goto(`${firm.hub.url}/sites/${site.id}`);
    await desk.page.getByText("What is allowed for good here ends").waitFor();
    expect(Date.now()).toBeLessThan(end.getTime());
    await desk.page.getByText("We may no longer look at this home").waitFor();
    const late = Date.now() - end.getTime();

    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(2000);
    await desk.page.getByText("What was allowed for good here ended").waitFor();
    await keepPicture(desk.page, "journey-agreement-ended");
    const { items } = await firm.api("site.entities", { siteId: site.id });
    expect(items.every(({ state }) => state === null)).toBe(true);
    expect(await firm.ledger(site.id)).toContain("scopes.ended");
  });
});
