import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AS_STARTED, startWorker, type Worker } from "@caretaker/bench/worker.ts";
import {
  type FakeHomeAssistant,
  startFakeHomeAssistant,
  testHome,
} from "@caretaker/connector-home-assistant/fake-gateway";
import type { AgentAsk, GatewayId } from "@caretaker/protocol";
import type { AgentLink } from "@caretaker/server/agents/agent-link.ts";
import { openDoorOfOne } from "./agents/door-of-one.ts";
import type { Effort, Figure } from "./measurement.ts";
import { type Random, randomFrom } from "./random.ts";

const KILLS = { small: 4, full: 300 };
const HOMES = 2;
/** From before it is on the agent's disk until after the home has answered. */
const KILLED_WITHIN_MILLISECONDS = 12;
const GATEWAY = "01890000-0000-7000-8000-000000000002" as GatewayId;
const AGENT = join(import.meta.dirname, "agents", "agent-process.ts");

interface Tally {
  kills: number;
  /** Acts that the home saw before the agent was dead. */
  sentBefore: number;
  /** Acts that were on the disk and did not reach the home: nobody knows of them but the agent. */
  begunOnly: number;
  /** Acts of which nothing was on the disk: told again, they are done. */
  doneAfter: number;
  twice: number;
  /** Told again once it was done, and not refused. */
  notRefused: number;
}

/** Real SIGKILLs of a real agent, while a home is acted on by a hub that tells it each thing again and again. */
export async function agentKills({ isFull, seed, say }: Effort): Promise<Figure[]> {
  const wanted = isFull ? KILLS.full : KILLS.small;
  const tally: Tally = { kills: 0, sentBefore: 0, begunOnly: 0, doneAfter: 0, twice: 0, notRefused: 0 };
  const random = randomFrom(seed);
  await Promise.all(Array.from({ length: HOMES }, () => liveAndDie(tally, wanted, random, say)));
  const none = { atMost: 0 };
  return [
    { name: "kills", value: tally.kills, unit: "", promise: { atLeast: wanted } },
    { name: "acts that the home saw before the kill", value: tally.sentBefore, unit: "", promise: null },
    { name: "acts begun on the disk that never reached it", value: tally.begunOnly, unit: "", promise: null },
    { name: "acts done when told again", value: tally.doneAfter, unit: "", promise: null },
    { name: "acts that the home saw twice", value: tally.twice, unit: "", promise: none },
    { name: "acts that were told once more and not refused", value: tally.notRefused, unit: "", promise: none },
  ];
}

async function liveAndDie(tally: Tally, wanted: number, random: Random, say: Effort["say"]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "agent-kills-"));
  const [home, door] = await Promise.all([startFakeHomeAssistant({ home: testHome() }), openDoorOfOne()]);
  let agent = await start(folder);
  try {
    await agent.ask("pair", { hub: door.url, code: door.code });
    await agent.ask("confirm", { host: "127.0.0.1", port: home.port });
    let link = await door.link();
    const integration = await openHome(link, home);
    for (let number = 0; tally.kills < wanted; number += 1) {
      tally.kills += 1;
      const act = actOf(integration, `act-${folder.slice(-6)}-${number}`);
      const before = home.acts.length;
      const first = outcomeOf(link, act);
      await sleep(random.below(KILLED_WITHIN_MILLISECONDS));
      await agent.kill();
      await first;

      agent = await start(folder);
      link = await door.link(link);
      await openHome(link, home);
      const seen = home.acts.length - before;
      const again = [await outcomeOf(link, act), await outcomeOf(link, act)];
      const after = home.acts.length - before;
      count(tally, seen, after, again);
      if (tally.kills % 50 === 0) say(`  ${tally.kills} kills`);
    }
  } finally {
    await agent.stop();
    await Promise.all([door.close(), home.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

function count(tally: Tally, seen: number, after: number, again: readonly string[]): void {
  if (seen > 0) tally.sentBefore += 1;
  else if (after > 0) tally.doneAfter += 1;
  else tally.begunOnly += 1;
  if (after > 1) tally.twice += 1;
  // Of two more tellings one may be the first that was heard whole.
  const done = again.filter((outcome) => outcome !== "already_done").length;
  if (done > 1 || again[1] !== "already_done") tally.notRefused += 1;
}

async function start(folder: string): Promise<Worker> {
  const agent = startWorker(AGENT, AS_STARTED);
  await agent.ask("open", { folder });
  return agent;
}

/** Resolves with the key of an integration that can be reloaded. */
async function openHome(link: AgentLink, home: FakeHomeAssistant): Promise<string> {
  const told = new Promise<string>((resolve) => {
    link.listen(GATEWAY, (events) => {
      for (const event of events)
        if (event.type === "inventory") resolve(event.inventory.integrations.find(isHall)?.key ?? "");
    });
  });
  const config = { url: home.url, token: home.token };
  await link.ask({ what: "open", gatewayId: GATEWAY, connector: "home-assistant", config });
  return told;
}

function isHall({ name }: { readonly name: string }): boolean {
  return name === "Hall bridge";
}

function actOf(integration: string, attemptId: string): AgentAsk {
  return {
    what: "act",
    gatewayId: GATEWAY,
    capability: "integration.reload",
    input: { integration },
    attemptId,
    purpose: "do",
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
    requestId: null,
  };
}

function outcomeOf(link: AgentLink, act: AgentAsk): Promise<string> {
  return link.ask(act).then(
    () => "done",
    (error: { readonly code?: string }) => error.code ?? String(error),
  );
}
