import { expect, it } from "vitest";
import { onThePhone, simulatedJourney } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

simulatedJourney("a homeowner whose chosen time passes", (stage) => {
  it("has allowed nothing any more: the run ends with the reason, and nothing was done in the home", async () => {
    const { firm, browser, home } = stage();
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
    await phone.page.getByLabel("Day", { exact: true }).selectOption({ index: 2 });
    await phone.page.getByLabel("Time", { exact: true }).selectOption({ label: "10:00 – 12:00" });
    await phone.press("Allow it then");
    await until("the run waits for it", async () => (await firm.run(run.id)).status === "waiting_for_window");

    await letTheWindowPass(run.id);
    const ended = await firm.ended(run.id);

    expect(ended).toMatchObject({
      outcome: "not_fixed",
      note: expect.stringContaining("The time that the homeowner chose passed"),
    });
    expect(home.acts.length).toBe(acts);
    expect(await firm.ledger(siteId)).not.toContain("act.intended");
    await phone.page.reload();
    await phone.page.getByRole("heading", { level: 1 }).waitFor();
    expect(await phone.page.getByRole("button", { name: "Allow", exact: true }).count()).toBe(0);
  });

  /** For the database, whose clock decides, as if the hub had been away in those two hours. */
  async function letTheWindowPass(runId: string): Promise<void> {
    const { firm } = stage();
    const past = new Date(Date.now() - 1000).toISOString();
    const due = { startBy: past, endsAt: past };
    await firm.db.updateTable("consentRequest").set(due).where("runId", "=", runId).execute();
    await firm.db.updateTable("run").set({ waitingUntil: past, wakeAt: past }).where("id", "=", runId).execute();
  }
});
