import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type AgentWelcome, type SiteId, systemClock } from "@caretaker/protocol";
import { AgentLink } from "@caretaker/server/agents/agent-link.ts";
import { openAgentDoor } from "@caretaker/server/agents/door.ts";
import { hubKey } from "@caretaker/server/secrets/hub-key.ts";
import { openKeyRing } from "@caretaker/server/secrets/key-ring.ts";
import { createVault } from "@caretaker/server/secrets/vault.ts";
import type { Firm } from "./firm.ts";
import { until } from "./until.ts";

export interface TakenOverHub {
  readonly port: number;
  /** The line to the agent, once it came: whatever is asked on it comes from the hub that the home was paired with. */
  link(): Promise<AgentLink>;
  close(): Promise<void>;
}

/** In the place of the firm's hub, with its database and its keys, and with no gate before what it asks. */
export async function takeOverHub(firm: Firm, siteId: SiteId): Promise<TakenOverHub> {
  const { db } = firm;
  const key = await hubKey(db, createVault({ db, ring: await openKeyRing(join(firm.folder, "keys.json")) }));
  const log = { info() {}, warn() {} };
  const welcome: AgentWelcome = {
    kind: "welcome",
    firm: { name: "Bright Homes", phone: null },
    home: "Lee house",
    siteId,
    language: "en",
    isConfirmed: true,
  };
  let link: AgentLink | null = null;
  const server = createServer();
  const door = openAgentDoor<string>({
    server,
    key,
    clock: systemClock,
    log,
    findCode: async () => null,
    findAgent: async () => "whoever knocks",
    admit: async () => welcome,
    opened: (_who, { socket, turns }) => {
      link = new AgentLink(socket, turns, { clock: systemClock, log, hear() {} });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async link() {
      await until("the agent has come to the hub that was taken over", () => link !== null, 150_000);
      return link as unknown as AgentLink;
    },
    async close() {
      await door.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
