import { expect, it } from "vitest";
import { journey, onThePhone } from "./harness/stage.ts";

journey("a bridge that only comes back with fresh power", (stage) => {
  it("is switched off and on once, reloaded and proven, with one yes for both", async () => {
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
    const ended = await firm.ended(run.id);

    expect(ended.outcome).toBe("fixed");
    expect((await home.entry("Hall bridge")).state).toBe("loaded");
    expect(await home.state("switch.hall_bridge_plug")).toBe("on");
    const sent = (await firm.events(run.id)).flatMap(({ data }) => (data.kind === "fix.sent" ? [data.step] : []));
    expect(sent).toEqual(["power", "reload"]);
    expect(firm.mail.received).toHaveLength(1);
  });
});
