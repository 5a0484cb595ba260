import { join } from "node:path";
import { Agent } from "@caretaker/agent/agent.ts";
import { type SiteId, systemClock } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { preciseNow, serveWorker } from "./worker.ts";

/** The agents of many homes, each with a folder, a lock and a line of its own, in one process that is none of the hub's. */

const AT_ONCE = 50;
let agents: Agent[] = [];
let folders: string[] = [];

function start(folder: string): Promise<Agent> {
  return Agent.start({
    folder,
    version: "0.1.0",
    connectors,
    clock: systemClock,
    random: Math.random,
    log: { debug() {}, info() {}, warn() {} },
    ownPort: null,
    mayReachOwnMachine: true,
  });
}

async function inTurns<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE)
    done.push(...(await Promise.all(all.slice(from, from + AT_ONCE).map(work))));
  return done;
}

/** Lays the folders; answers the public keys that the agents made in them. */
async function lay({ folder, count }: { folder: string; count: number }): Promise<string[]> {
  folders = Array.from({ length: count }, (_, index) => join(folder, `agent-${index}`));
  agents = await inTurns(folders, start);
  return agents.map(({ store }) => store.key.publicKey);
}

/** Each is paired and confirmed by its household, which lets it go to its gateway. Begun anew, it dials the hub. */
async function pair({
  hub,
  hubKey,
  homes,
}: {
  hub: string;
  hubKey: string;
  homes: readonly { readonly siteId: SiteId; readonly port: number }[];
}): Promise<void> {
  const at = new Date().toISOString();
  const firm = { name: "Bench", phone: null };
  agents = await inTurns(
    agents.map((agent, index) => ({ agent, index })),
    async ({ agent, index }) => {
      const { siteId, port } = homes[index] as (typeof homes)[number];
      agent.store.change({
        pairing: { hub, hubKey, siteId, firm, home: `Home ${index}`, language: "en", pairedAt: at },
        confirmedAt: at,
        places: [{ host: "127.0.0.1", port, connector: "home-assistant", allowed: "allowed" }],
      });
      await agent.stop();
      return start(folders[index] ?? "");
    },
  );
}

/** The moment at which the last of them had its line. */
async function whenAllOpen(): Promise<number> {
  while (agents.some(({ line }) => !line.isOpen)) await new Promise((resolve) => setTimeout(resolve, 5));
  return preciseNow();
}

/** Until all have noticed that their line is gone. */
async function whenAllLost(): Promise<void> {
  while (agents.some(({ line }) => line.isOpen)) await new Promise((resolve) => setTimeout(resolve, 5));
}

serveWorker({ lay, pair, whenAllOpen, whenAllLost }, async () => {
  await inTurns(agents, (agent) => agent.stop());
});
