import { expect, it } from "vitest";
import { journey, onThePhone } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

journey("a hub that dies while the power is off", (stage) => {
  it("leaves no home dark and sends nothing twice: recovery switches on again and the verify decides", async () => {
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

    await firm.hub.kill();
    expect(await home.state("switch.hall_bridge_plug")).toBe("off");
    await firm.restartHub();
    const ended = await firm.ended(run.id);

    expect(await home.state("switch.hall_bridge_plug")).toBe("on");
    const attempts = await firm.db
      .selectFrom("attempt")
      .select(["step", "purpose", "capability"])
      .where("runId", "=", run.id)
      .where("step", "=", "power")
      .execute();
    expect(attempts.filter(({ purpose }) => purpose === "do")).toHaveLength(1);
    expect(attempts).toContainEqual({ step: "power", purpose: "settle", capability: "power.on" });
    expect(ended.finishedAt).not.toBeNull();
    expect(await firm.api("ledger.verify", { siteId })).toMatchObject({ whole: true });
    expect(await firm.ledger(siteId)).toEqual(expect.arrayContaining(["act.uncertain", "act.settled"]));
  });
});
