import { expect, it } from "vitest";
import { keepPicture } from "./harness/browser.ts";
import { journey, onThePhone } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

journey("a homeowner who presses Stop while it runs", (stage) => {
  it("is obeyed: what is switched off comes on again, and nothing new is begun", async () => {
    const { firm, home } = stage();
    const { siteId } = await firm.addHome(home);
    const bridge = await firm.feed(siteId, "Hall bridge", "switch.hall_bridge_plug");
    await home.setBridge("Hall bridge", "dead");
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/dead-bridge",
      inputs: { service: service.id, bridge },
      reason: "Nothing in your hall answers",
    });
    const phone = await onThePhone(stage());
    await phone.press("Allow");
    await until("the power is off", async () => (await home.state("switch.hall_bridge_plug")) === "off");

    await phone.press("Stop");
    await phone.page
      .getByText(/Stopping|You stopped this/)
      .first()
      .waitFor();
    await keepPicture(phone.page, "journey-consent-stopped");
    const ended = await firm.ended(run.id);

    expect(["undone", "refused", "not_fixed"]).toContain(ended.outcome);
    expect(await home.state("switch.hall_bridge_plug")).toBe("on");
    const events = await firm.events(run.id);
    const withdrawn = events.find(({ data }) => data.kind === "consent.answered" && data.answer === "withdrawn");
    const intended = events.filter(
      ({ number, data }) =>
        data.kind === "fix.intended" && number > (withdrawn?.number ?? 0) && data.capability !== "power.on",
    );
    expect(withdrawn).toBeDefined();
    expect(intended).toEqual([]);
    expect(await firm.ledger(siteId)).toContain("consent.withdrawn");
  });
});
