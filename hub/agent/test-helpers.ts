import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type AgentWelcome,
  type Connector,
  type GatewayTarget,
  isPasskeyAsk,
  type SiteId,
  systemClock,
} from "@caretaker/protocol";
import { makeKey, openKey, type ProofKey } from "@caretaker/reach/agent-proof.ts";
import { createDialer } from "@caretaker/reach/dialer.ts";
import { connectors as makes } from "@caretaker/reach/makes.ts";
import { AgentLink, type AgentNews } from "@caretaker/server/agents/agent-link.ts";
import { openAgentDoor } from "@caretaker/server/agents/door.ts";
import type { Guard } from "./guard/guard.ts";
import { Link, type LinkTrouble } from "./link/link.ts";
import { Sessions } from "./sessions.ts";

/** A guard of a home that allows everything, for tests of what is not its business. */
export const ALLOWS_ALL: Guard = {
  permitOpen() {},
  permitRead() {},
  permitAct: async () => {},
  acted() {},
  filter: (_gatewayId, event) => event,
  forget() {},
  ask() {},
  over() {},
  atWork() {},
  policy: () => ({ hubAlone: "all", stoppedAt: null, stoppedBy: null, isConfirmed: true, places: [] }),
  owesSettle: () => false,
  on: () => () => {},
};

export const WELCOME: AgentWelcome = {
  kind: "welcome",
  siteId: "01890000-0000-7000-8000-000000000001" as SiteId,
  firm: { name: "Firm", phone: null },
  home: "Home",
  language: "en",
  isConfirmed: true,
};

export interface TestLine {
  readonly hub: string;
  readonly hubKey: ProofKey;
  readonly link: Link;
  readonly sessions: Sessions;
  readonly news: AgentNews[];
  readonly troubles: LinkTrouble[];
  /** The hub's end, once the line is open; another one after each loss. */
  atHub(): AgentLink | null;
  close(): Promise<void>;
}

/** A hub's door and an agent's line to it, both real, with nothing behind the door and this guard in the home. */
export async function openTestLine({
  guard = ALLOWS_ALL,
  connectors = makes,
}: {
  guard?: Guard;
  connectors?: readonly Connector[];
} = {}): Promise<TestLine> {
  const hubKey = openKey(makeKey());
  const key = openKey(makeKey());
  const log = { debug() {}, info() {}, warn() {} };
  const news: AgentNews[] = [];
  const troubles: LinkTrouble[] = [];
  let atHub: AgentLink | null = null;
  const server = createServer();
  const door = openAgentDoor<string>({
    server,
    key: hubKey,
    clock: systemClock,
    log,
    findCode: async () => null,
    findAgent: async (knocking) => (knocking === key.publicKey ? "agent" : null),
    admit: async () => WELCOME,
    opened: (_who, { socket, turns }) => {
      atHub = new AgentLink(socket, turns, { clock: systemClock, log, hear: (one) => news.push(one) });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dialerFor = (allow: readonly GatewayTarget[]) => createDialer({ allow, clock: systemClock });
  const sessions = new Sessions({
    connectors,
    guard,
    clock: systemClock,
    log,
    dialerFor,
    tell: (gatewayId, events) => link.say({ kind: "events", gatewayId, events: [...events] }),
  });
  const link: Link = new Link({
    clock: systemClock,
    random: () => 0,
    log,
    key,
    version: "0.1.0",
    answer: (ask, tellLine) =>
      isPasskeyAsk(ask) ? Promise.reject(new Error("nobody asks that here")) : sessions.answer(ask, tellLine),
    hear() {},
    opened: () => link.say({ kind: "policy", policy: guard.policy() }),
    lost(trouble) {
      troubles.push(trouble);
      void sessions.closeAll();
    },
  });
  return {
    hub,
    hubKey,
    link,
    sessions,
    news,
    troubles,
    atHub: () => (atHub?.isOver === false ? atHub : null),
    async close() {
      await link.stop();
      await sessions.closeAll();
      await door.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
