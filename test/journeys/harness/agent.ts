import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, type AgentOptions } from "@caretaker/agent/agent.ts";
import { type HubAlone, type SiteId, systemClock } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import type { Firm } from "./firm.ts";
import { until } from "./until.ts";

export interface PairedAgent {
  readonly agent: Agent;
  stop(): Promise<void>;
}

/** An agent that has not met a hub yet, in a folder of its own. Homes of a journey are on this very machine. */
export async function startAgent(
  options: Pick<AgentOptions, "homeAssistant" | "switchEntity"> = {},
): Promise<PairedAgent> {
  const folder = await mkdtemp(join(tmpdir(), "agent-"));
  const agent = await Agent.start({
    folder,
    version: "0.1.0",
    connectors,
    clock: systemClock,
    random: Math.random,
    log: { debug() {}, info() {}, warn() {} },
    ownPort: null,
    mayReachOwnMachine: true,
    ...options,
  });
  return {
    agent,
    async stop() {
      await agent.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Lets an agent in with a one-time code, as a technician and somebody of the home do it together. */
export async function pairAgent(firm: Firm, siteId: SiteId, agent: Agent): Promise<void> {
  const { link } = await firm.asPrincipal("agent.pairing.make", { siteId });
  const [hub = "", code = ""] = link.split("#");
  await agent.pair(hub, code);
}

/** Somebody of the home confirms it, says how far the firm's word is enough, and allows every place that is asked for. */
export async function confirmAgent(firm: Firm, siteId: SiteId, agent: Agent, hubAlone: HubAlone): Promise<void> {
  agent.guard.confirm(hubAlone);
  agent.guard.on(() => {
    for (const place of agent.store.home.places) if (place.allowed === "asked") agent.guard.answerPlace(place, true);
  });
  await until("the hub knows that", async () => (await firm.api("agent.get", { siteId })).agent?.state === "online");
}
