import { expect, it } from "vitest";
import { openWindow } from "./harness/browser.ts";
import { HOMEOWNER } from "./harness/firm.ts";
import { consentLink } from "./harness/mail.ts";
import { onThePhone, simulatedJourney } from "./harness/stage.ts";

const HOUR = 3_600_000;

simulatedJourney("a home that is frozen, in a firm of one", (stage) => {
  it("has nothing done, whoever allows it; lifting it alone takes an hour, and the homeowner is told at once", async () => {
    const { firm, browser, home } = stage();
    const { siteId } = await firm.addHome(home);
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const start = {
      siteId,
      runbook: "home-assistant/stuck-integration" as never,
      inputs: { service: service.id },
      reason: "Your lights do not answer",
    };
    const run = await firm.api("run.start", start);
    const phone = await onThePhone({ firm, browser });
    const desk = await openWindow(browser);
    await firm.signIn(desk.context);

    // The brake: on its page, while the question is open.
    await desk.page.goto(`${firm.hub.url}/freeze`);
    await desk.page.getByRole("combobox", { name: "Which?" }).click();
    await desk.page.getByRole("option", { name: /Lee house/ }).click();
    await desk.page.getByLabel("Why?").fill("Its locks open by themselves");
    await desk.page.getByRole("button", { name: "Freeze now" }).click();
    await desk.page.getByText("Frozen now").waitFor();
    const ended = await firm.ended(run.id);
    expect(ended).toMatchObject({ status: "cancelled", note: expect.stringContaining("Its locks open by themselves") });
    expect(home.acts.filter(({ service: called }) => called !== "update_entity")).toEqual([]);

    // Her link shows that it is over and allows nothing, now and when the home is no longer frozen.
    const link = consentLink(phone.mail);
    const token = link.split("/c/")[1] ?? "";
    const { proposalCode } = await firm.api("consent.view", { token });
    const tryOldLink = async () => {
      await phone.page.goto(link);
      await phone.page.getByText("This question is no longer open.").waitFor();
      expect(await phone.page.getByRole("button", { name: "Allow", exact: true }).count()).toBe(0);
      const answer = firm.api("consent.answer", { token, answer: "allow", proposalCode });
      await expect(answer).rejects.toMatchObject({ code: expect.stringMatching(/^(gone|already_done)$/) });
      expect(await firm.ledger(siteId)).not.toContain("act.intended");
    };
    await tryOldLink();

    // Nobody else could agree, so it waits, and Mrs Lee hears of it.
    const before = firm.mail.received.length;
    await desk.page.getByRole("button", { name: /^Ask to lift/ }).click();
    await desk.page.getByText("waits an hour").first().waitFor();
    await desk.page.getByLabel("Why can it be lifted?").fill("The maker has mended it");
    await desk.page.getByRole("dialog").getByRole("button", { name: "Ask to lift" }).click();
    const told = await firm.mail.next(({ to }) => to === HOMEOWNER.email, before);
    expect(told.text).toContain("The maker has mended it");
    const [asked] = (await firm.asPrincipal("approval.list", {})).items;
    if (asked === undefined) throw new Error("nothing waits");
    expect(asked).toMatchObject({ isAlone: true });
    const give = () => firm.asPrincipal("approval.give", { approvalId: asked.id, digest: asked.digest });
    await expect(give()).rejects.toMatchObject({ code: expect.any(String) });

    // An hour later.
    await firm.db
      .updateTable("approval")
      .set({ notBefore: new Date(Date.now() - HOUR) })
      .execute();
    await give();
    expect((await firm.api("freeze.list", {})).items).toEqual([]);
    expect(await firm.ledger(siteId)).toEqual(expect.arrayContaining(["approval.requested", "approval.given"]));

    await tryOldLink();

    // The run that was stopped stays stopped; a new one is asked for and done.
    const next = firm.mail.received.length;
    const again = await firm.api("run.start", start);
    const mail = await firm.mail.next(({ to, text }) => to === HOMEOWNER.email && text.includes("/c/"), next);
    await phone.page.goto(/https?:\/\/\S+\/c\/[A-Za-z0-9_-]+/.exec(mail.text)?.[0] ?? "");
    await phone.press("Allow");
    expect(await firm.ended(again.id)).toMatchObject({ outcome: "fixed" });
  });
});
