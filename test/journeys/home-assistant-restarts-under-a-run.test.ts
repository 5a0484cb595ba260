import { expect, it } from "vitest";
import { journey } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

journey("a Home Assistant that restarts under a run", (stage) => {
  it("is waited for, and the fix is neither sent again nor given up", async () => {
    const { firm, home } = stage();
    const { siteId, gatewayId } = await firm.addHome(home, ["fix"]);
    await home.setBridge("Hall bridge", "wedged");
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/stuck-integration",
      inputs: { service: service.id },
      reason: "Your lights do not answer",
    });
    await until("the fix was sent", async () =>
      (await firm.events(run.id)).some(({ data }) => data.kind === "fix.sent"),
    );

    await home.restart();
    const ended = await firm.ended(run.id);

    expect(ended.outcome).toBe("fixed");
    expect((await firm.events(run.id)).filter(({ data }) => data.kind === "fix.intended")).toHaveLength(1);
    await firm.gatewayState(gatewayId, siteId, "online");
    const states = await firm.db
      .selectFrom("gatewayHistory")
      .select("state")
      .where("gatewayId", "=", gatewayId)
      .execute();
    expect(states.map(({ state }) => state)).toContain("restarting");
    expect(states.map(({ state }) => state)).not.toContain("credentials_refused");
  });
});
