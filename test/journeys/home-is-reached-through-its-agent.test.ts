import { FakeSupervisor } from "@caretaker/connector-home-assistant/fake-gateway";
import { expect, it } from "vitest";
import { pairAgent, startAgent } from "./harness/agent.ts";
import { HOMEOWNER } from "./harness/firm.ts";
import { simulatedJourney } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

const SWITCH = "input_boolean.caretaker_service_access";

simulatedJourney("a home behind its own agent, which is an app of its Home Assistant", (stage) => {
  it("is paired with the household's word, watched, and fixed only with a yes that was given in the home", async () => {
    const { firm, home } = stage();
    home.setState(SWITCH, "on");
    await using supervisor = await FakeSupervisor.start({ homeAssistant: home });
    const own = { url: supervisor.url, token: supervisor.token };
    const { agent, stop } = await startAgent({ homeAssistant: own, switchEntity: SWITCH });
    try {
      const client = await firm.api("client.create", { name: "Lee" });
      const { id: siteId } = await firm.api("site.create", {
        clientId: client.id,
        name: "Lee house",
        timeZone: "Europe/Amsterdam",
        quietHours: { from: "00:00", to: "00:00" },
        contacts: [{ ...HOMEOWNER, role: "owner", verifiedBecause: "She wrote to us from it" }],
        consent: { scopes: ["view", "diagnose", "fix"], evidence: "contract", givenBy: HOMEOWNER.name },
      });
      await pairAgent(firm, siteId, agent);
      const paired = (await firm.api("agent.get", { siteId })).agent;
      expect(paired).toMatchObject({ state: "waiting_for_home" });

      const add = () =>
        firm.api("gateway.add", {
          siteId,
          connector: "home-assistant",
          name: "Home Assistant",
          // Nobody types a token: the agent has one.
          config: { url: supervisor.url },
          throughAgent: true,
        });
      await expect(add()).rejects.toMatchObject({ code: "conflict" });
      agent.guard.confirm("quiet");
      await until(
        "the hub knows that",
        async () => (await firm.api("agent.get", { siteId })).agent?.state === "online",
      );

      const gateway = await add();
      expect(gateway.via).toBe("agent");
      await until("the home is asked for the place", async () => agent.store.home.places.length > 0);
      const [place] = agent.store.home.places;
      if (place === undefined) throw new Error("no place");
      agent.guard.answerPlace(place, true);
      await firm.gatewayState(gateway.id, siteId, "online");

      const integration = await firm.illIntegration(siteId, "Hall bridge");
      const { id: runId } = await firm.api("run.start", {
        siteId,
        runbook: "home-assistant/stuck-integration",
        reason: "The lights in your hall do not answer",
        inputs: { service: integration.id },
      } as never);
      await until("the page in the home asks", async () => agent.guard.questions().length > 0);
      const [asked] = agent.guard.questions();
      if (asked === undefined) throw new Error("nothing asked");
      agent.guard.answer(asked.question.requestId, asked.question.digest, "allow", "agent_page");
      const run = await firm.ended(runId);
      expect(run.outcome).toBe("fixed");
      expect(await firm.ledger(siteId)).toEqual(
        expect.arrayContaining(["agent.paired", "agent.confirmed", "consent.allowed", "act.done"]),
      );

      home.setState(SWITCH, "off");
      await until("nothing is reached any more", async () => {
        const { items } = await firm.api("gateway.list", { siteId });
        return items[0]?.state !== "online";
      });
      const shown = (await firm.api("agent.get", { siteId })).agent?.policy;
      expect(shown).toMatchObject({ stoppedBy: "switch", stoppedAt: expect.any(String) });
      expect(await firm.ledger(siteId)).toContain("agent.stopped");

      home.setState(SWITCH, "on");
      await firm.gatewayState(gateway.id, siteId, "online");
      expect(supervisor.refused).toBe(0);
    } finally {
      await stop();
    }
  });
});
