import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, type AgentOptions } from "@caretaker/agent/agent.ts";
import { createPage } from "@caretaker/agent/page/page.ts";
import { type HubAlone, type SiteId, systemClock } from "@caretaker/protocol";
import { fingerprintOf } from "@caretaker/reach/agent-proof.ts";
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

export interface AgentPage {
  readonly url: string;
  close(): Promise<void>;
}

/** The agent's own page in the home, as `caretaker agent` opens it. */
export async function openAgentPage(agent: Agent): Promise<AgentPage> {
  const page = createPage({
    store: agent.store,
    guard: agent.guard,
    clock: systemClock,
    log: { debug() {}, info() {}, warn() {} },
    rules: { names: [], ingress: null },
    fingerprint: fingerprintOf(agent.store.key.publicKey),
    declarationOf: (gatewayId, capability) => agent.declarationOf(gatewayId, capability),
    homeSwitch: () => agent.homeSwitch,
    line: () => ({ isConnected: agent.line.isOpen, since: agent.line.since }),
    makeName: (id) => connectors.find(({ manifest }) => manifest.id === id)?.manifest.name ?? id,
    pair: (hub, code) => agent.pair(hub, code),
  });
  agent.onLine(() => page.changed());
  const { port } = await page.listen("127.0.0.1", 0);
  return { url: `http://127.0.0.1:${port}`, close: () => page.close() };
}
