import { Agent } from "@caretaker/agent/agent.ts";
import { serveWorker } from "@caretaker/bench/worker.ts";
import { systemClock } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";

/** The agent of one home in a process of its own, which is killed. Its home is on this very machine. */

let agent: Agent | null = null;

serveWorker(
  {
    /** Answers the public key that it keeps in its folder. */
    async open({ folder }: { folder: string }) {
      agent = await Agent.start({
        folder,
        version: "0.1.0",
        connectors,
        clock: systemClock,
        // Comes back at once: the measurement is of what is on the disk.
        random: () => 0,
        log: { debug() {}, info() {}, warn() {} },
        ownPort: null,
        mayReachOwnMachine: true,
      });
      return agent.store.key.publicKey;
    },
    pair: ({ hub, code }: { hub: string; code: string }) => agent?.pair(hub, code),
    /** The household takes the hub's word for everything: what is measured is that each thing is done once. */
    confirm: ({ host, port }: { host: string; port: number }) => {
      agent?.guard.confirm("all");
      const place = { host, port, connector: "home-assistant" };
      agent?.store.change({ places: [{ ...place, allowed: "allowed" }] });
    },
  },
  async () => {
    await agent?.stop();
  },
);
