import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type AgentWelcome, type SiteId, systemClock } from "@caretaker/protocol";
import { lookupOf, makeKey, newCode, openKey } from "@caretaker/reach/agent-proof.ts";
import { AgentLink } from "@caretaker/server/agents/agent-link.ts";
import { openAgentDoor } from "@caretaker/server/agents/door.ts";

/** The door of a hub for one agent, with nothing behind it: whatever is to be asked is asked by the measurement itself. */
export interface DoorOfOne {
  readonly url: string;
  readonly code: string;
  readonly hubKey: string;
  /** The line of now; a later one than `before`, where that is given. */
  link(before?: AgentLink): Promise<AgentLink>;
  close(): Promise<void>;
}

const WELCOME: AgentWelcome = {
  kind: "welcome",
  firm: { name: "Firm", phone: null },
  home: "Home",
  siteId: "01890000-0000-7000-8000-000000000001" as SiteId,
  language: "en",
  isConfirmed: true,
};

export async function openDoorOfOne(): Promise<DoorOfOne> {
  const server = createServer();
  const code = newCode();
  const key = openKey(makeKey());
  let newest: AgentLink | null = null;
  let wake: () => void = () => {};
  const log = { info() {}, warn() {} };
  const door = openAgentDoor<string>({
    server,
    key,
    clock: systemClock,
    log,
    findCode: async (lookup) => (lookup === lookupOf(code) ? code : null),
    findAgent: async () => "the agent",
    admit: async () => WELCOME,
    opened: (_who, { socket, turns }) => {
      newest = new AgentLink(socket, turns, { clock: systemClock, log, hear() {} });
      wake();
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    code,
    hubKey: key.publicKey,
    async link(before) {
      while (newest === null || newest === before) await new Promise<void>((resolve) => (wake = resolve));
      return newest;
    },
    async close() {
      await door.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
