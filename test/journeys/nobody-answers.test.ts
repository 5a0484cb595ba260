import { expect, it } from "vitest";
import { journey, onThePhone } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

journey("a homeowner who does not answer", (stage) => {
  it("has said no: when the time is over nothing is done, and the link cannot allow it any more", async () => {
    const { firm, home } = stage();
    const { siteId } = await firm.addHome(home);
    await home.setBridge("Hall bridge", "wedged");
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/stuck-integration",
      inputs: { service: service.id },
      reason: "Your lights do not answer",
    });
    await until("the homeowner was asked", async () => (await firm.run(run.id)).status === "waiting_for_consent");
    const phone = await onThePhone(stage());

    // Four hours pass: for the database, whose clock decides.
    const past = new Date(Date.now() - 1000).toISOString();
    await firm.db.updateTable("consentRequest").set({ answerBy: past }).where("runId", "=", run.id).execute();
    await firm.db.updateTable("run").set({ wakeAt: past }).where("id", "=", run.id).execute();
    const late = await phone.page.request.post(
      `${firm.hub.url}/api/v1/consent/${phone.page.url().split("/").at(-1)}/answer`,
      { data: { answer: "allow", proposalCode: "any" }, headers: { origin: firm.hub.url } },
    );
    const ended = await firm.ended(run.id);

    expect(ended.outcome).toBe("no_answer");
    expect(late.ok()).toBe(false);
    expect(await firm.ledger(siteId)).toContain("consent.expired");
    expect(await firm.ledger(siteId)).not.toContain("act.intended");
    await phone.page.getByText("The time to answer is over").waitFor();
  });
});
