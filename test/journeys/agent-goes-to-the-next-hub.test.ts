import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeHomeAssistant, testHome } from "@caretaker/connector-home-assistant/fake-gateway";
import { testDatabase } from "@caretaker/server/db/test-database.ts";
import { expect, it } from "vitest";
import { confirmAgent, startAgent } from "./harness/agent.ts";
import { Firm, HOMEOWNER } from "./harness/firm.ts";
import { openFront } from "./harness/front.ts";
import { startHubProcess } from "./harness/hub-process.ts";

const portOf = (url: string): number => Number(new URL(url).port);

it("an agent that loses its hub is at the next one within seconds, and what is behind it is worked on there", async () => {
  const database = await testDatabase();
  const data = await mkdtemp(join(tmpdir(), "journey-other-"));
  const firm = await Firm.open(database).then((opened) => opened.settle());
  const home = await startFakeHomeAssistant({ home: testHome({ hall: { mode: "wedged" } }) });
  const environment = { CARETAKER_KEY_FILE: firm.keyFile };
  // The one address that homes know.
  const front = await openFront(portOf(firm.hub.url));
  const { agent, stop } = await startAgent();
  // From the beginning: what is added at the first is known here by the time that it is needed.
  const other = await startHubProcess({ data, databaseUrl: database.url, environment });
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
    const { code } = await firm.asPrincipal("agent.pairing.make", { siteId });
    await agent.pair(front.url, code);
    await confirmAgent(firm, siteId, agent, "all");
    const config = { url: home.url, token: home.token };
    const added = { siteId, connector: "home-assistant", name: "Home Assistant", config, throughAgent: true };
    const { id: gatewayId } = await firm.api("gateway.add", added);
    await firm.gatewayState(gatewayId, siteId, "online");
    const integration = await firm.illIntegration(siteId, "Hall bridge");
    const mend = async () => {
      const { id } = await firm.api("run.start", {
        siteId,
        runbook: "home-assistant/stuck-integration",
        reason: "The lights in your hall do not answer",
        inputs: { service: integration.id },
      } as never);
      const run = await firm.ended(id);
      return run.outcome;
    };
    // Either hub takes up a run; the one that has not the agent's line hands it over.
    expect(await mend()).toBe("fixed");

    await firm.hub.kill();
    const began = performance.now();
    front.leadTo(portOf(other.url));
    firm.hub = other;
    await firm.gatewayState(gatewayId, siteId, "online");
    expect(performance.now() - began).toBeLessThan(15_000);
    home.setBridge("Hall bridge", "wedged");
    await firm.illIntegration(siteId, "Hall bridge");

    expect(await mend()).toBe("fixed");
    expect(await firm.api("agent.get", { siteId })).toMatchObject({ agent: { state: "online" } });
  } finally {
    await stop();
    front.close();
    await other.kill();
    await firm.close();
    await home.close();
    await rm(data, { recursive: true, force: true });
  }
});
