import { Agent } from "@caretaker/agent/agent.ts";
import { createPage } from "@caretaker/agent/page/page.ts";
import { systemClock } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";

/** The agent as `hub/agent/run-agent.ts` runs it, but for the homes of this very machine, which it never reaches otherwise. */
const log = { debug() {}, info() {}, warn() {} };
const agent = await Agent.start({
  folder: process.argv[2] ?? "",
  version: "0.1.0",
  connectors,
  clock: systemClock,
  random: Math.random,
  log,
  ownPort: null,
  mayReachOwnMachine: true,
  switchEntity: "input_boolean.caretaker_service_access",
});
const page = createPage({
  store: agent.store,
  guard: agent.guard,
  clock: systemClock,
  log,
  rules: { names: [], ingress: null },
  fingerprint: "ABCD-EFGH-JKMN",
  declarationOf: (gatewayId, capability) => agent.declarationOf(gatewayId, capability),
  homeSwitch: () => agent.homeSwitch,
  line: () => ({ isConnected: agent.line.isOpen, since: agent.line.since }),
  makeName: (id) => id,
  pair: async () => {},
});
const { port } = await page.listen("127.0.0.1", 0);
process.send?.({ port });
// What was compiled is written down when a process ends, as after any update of the box.
process.once("SIGTERM", () => process.exit(0));
