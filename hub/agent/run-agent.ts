import { readFileSync } from "node:fs";
import { type ConnectorLog, isCaretakerError, systemClock } from "@caretaker/protocol";
import { fingerprintOf } from "@caretaker/reach/agent-proof.ts";
import { connectors } from "@caretaker/reach/makes.ts";
import { Agent } from "./agent.ts";
import { readHubAddress } from "./link/address.ts";
import { SUPERVISOR } from "./page/doors.ts";
import { createPage, type Page } from "./page/page.ts";
import { type AgentSettings, readSettings } from "./settings.ts";

const USAGE_ERROR = 2;
/** What is not closed by then is left to the system. */
const CLOSE_WITHIN_MILLISECONDS = 8000;

const { version } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8")) as { version: string };

/** One line each, for whoever reads the container's log. */
function write(level: string, facts: object, message: string): void {
  const { error, ...rest } = facts as { error?: unknown };
  const said = error === undefined ? rest : { ...rest, error: error instanceof Error ? error.message : String(error) };
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...said })}\n`);
}

const log: ConnectorLog = {
  debug() {},
  info: (facts, message) => write("info", facts, message),
  warn: (facts, message) => write("warn", facts, message),
};

function openPage(agent: Agent, settings: AgentSettings): Page {
  const page = createPage({
    store: agent.store,
    guard: agent.guard,
    clock: systemClock,
    log,
    rules: { names: settings.names, ingress: settings.ingress ? SUPERVISOR : null },
    fingerprint: fingerprintOf(agent.store.key.publicKey),
    declarationOf: (gatewayId, capability) => agent.declarationOf(gatewayId, capability),
    homeSwitch: () => agent.homeSwitch,
    line: () => ({ isConnected: agent.line.isOpen, since: agent.line.since }),
    makeName: (id) => connectors.find(({ manifest }) => manifest.id === id)?.manifest.name ?? id,
    pair: (hub, code) => pair(agent, hub, code),
  });
  agent.onLine(() => page.changed());
  return page;
}

/** The code is typed by itself, or stands in the whole link. */
async function pair(agent: Agent, hub: string, code: string): Promise<void> {
  await agent.pair(hub, code === "" ? (readHubAddress(hub).code ?? "") : code);
}

/** Pairs by what the settings say, where the home is not paired yet. It can be done on the page as well. */
async function pairAtStart(agent: Agent, { hub, code }: AgentSettings): Promise<void> {
  if (agent.store.home.pairing !== null || hub === undefined) return;
  try {
    await pair(agent, hub, code ?? "");
  } catch (error) {
    log.warn({ error }, "The home is not paired. Ask your installer for a new code, and pair on the page.");
  }
}

async function run(settings: AgentSettings): Promise<void> {
  const agent = await Agent.start({
    folder: settings.data,
    version,
    connectors,
    clock: systemClock,
    random: Math.random,
    log,
    ownPort: settings.port,
    homeAssistant: settings.ownHomeAssistant,
    switchEntity: settings.switch,
  });
  const page = openPage(agent, settings);
  const { port } = await page.listen(settings.host, settings.port);
  log.info({ version, page: `http://${settings.host}:${port}` }, "The agent is there.");
  const close = async (): Promise<void> => {
    setTimeout(() => process.exit(1), CLOSE_WITHIN_MILLISECONDS).unref();
    await page.close();
    await agent.stop();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void close());
  await pairAtStart(agent, settings);
}

type Words = Readonly<Record<string, string | undefined>>;

/** Runs until it is told to end. What it is told at its start comes from flags, and else from `env`. */
export async function runAgent(env: Words, flags: Words = {}): Promise<void> {
  try {
    await run(readSettings(flags, env));
  } catch (error) {
    // What a person can mend is said as a sentence, and only what nobody expected with its trace.
    process.stderr.write(`${isCaretakerError(error) ? error.message : String((error as Error).stack)}\n`);
    process.exit(isCaretakerError(error) ? USAGE_ERROR : 1);
  }
}
