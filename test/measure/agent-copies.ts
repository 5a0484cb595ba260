import { knock, type TestAgent } from "@caretaker/server/agents/test-agent.ts";
import { type HubOfAgents, openHubOfAgents, type PairedHome } from "./agents/hub.ts";
import type { Effort, Figure } from "./measurement.ts";

const HOMES = { small: 10, full: 100 };
const AT_ONCE = 10;
const FROZEN_WITHIN_SECONDS = 5;
/** Whoever is not frozen by then never is. */
const PATIENCE_MILLISECONDS = 15_000;

interface Copied {
  /** From the second knock until both lines were cut and the database said frozen. */
  readonly milliseconds: number;
  /** Lines that were let in after that with the same key, from either machine. */
  readonly letInAfter: number;
}

/** A key is copied out of a home's agent and used beside it. */
export async function agentCopies({ isFull, say, openPostgres }: Effort): Promise<Figure[]> {
  const wanted = isFull ? HOMES.full : HOMES.small;
  const postgres = await openPostgres();
  const hub = await openHubOfAgents(postgres);
  try {
    const copied: Copied[] = [];
    while (copied.length < wanted) {
      const homes = await Promise.all(Array.from({ length: AT_ONCE }, () => hub.pairedHome()));
      copied.push(...(await Promise.all(homes.map((home) => copyKey(hub, home)))));
      say(`  ${copied.length} keys copied`);
    }
    const bystander = await hub.pairedHome();
    const line = await knock(hub.port, bystander.key);
    line.socket.terminate();
    const frozen = await hub.db.selectFrom("agent").select("id").where("frozenAt", "is not", null).execute();
    const entries = await hub.db
      .selectFrom("ledgerEntry")
      .select("chain")
      .where("event", "=", "agent.frozen")
      .execute();
    const slowest = Math.max(...copied.map(({ milliseconds }) => milliseconds)) / 1000;
    const letIn = copied.reduce((sum, { letInAfter }) => sum + letInAfter, 0);
    return [
      { name: "keys used twice at once", value: copied.length, unit: "", promise: { atLeast: wanted } },
      { name: "of them frozen", value: frozen.length, unit: "", promise: { atLeast: wanted } },
      {
        name: "slowest to be frozen, both lines cut",
        value: slowest,
        unit: "s",
        promise: { atMost: FROZEN_WITHIN_SECONDS },
      },
      { name: "let in after that", value: letIn, unit: "", promise: { atMost: 0 } },
      {
        name: "freezes in the homes' ledgers",
        value: new Set(entries.map(({ chain }) => chain)).size,
        unit: "",
        promise: { atLeast: wanted },
      },
      {
        name: "other homes that are let in",
        value: line.answer.kind === "welcome" ? 1 : 0,
        unit: "",
        promise: { atLeast: 1 },
      },
    ];
  } finally {
    await hub.close();
    await postgres.close();
  }
}

async function copyKey(hub: HubOfAgents, { agentId, key }: PairedHome): Promise<Copied> {
  const first = await knock(hub.port, key);
  if (first.answer.kind !== "welcome") throw new Error("the agent itself was not let in");
  const began = performance.now();
  const second = await knock(hub.port, key);
  let openLines = 2;
  for (const { closed } of [first, second]) void closed.then(() => (openLines -= 1));
  const isFrozen = async (): Promise<boolean> => {
    const row = await hub.db.selectFrom("agent").select("frozenAt").where("id", "=", agentId).executeTakeFirst();
    return openLines === 0 && row?.frozenAt != null;
  };
  while (!(await isFrozen()) && performance.now() - began < PATIENCE_MILLISECONDS)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const milliseconds = performance.now() - began;
  const after = await Promise.all([knock(hub.port, key), knock(hub.port, key)]);
  for (const line of [first, second, ...after]) line.socket.terminate();
  return { milliseconds, letInAfter: after.filter(isLetIn).length };
}

function isLetIn({ answer }: TestAgent): boolean {
  return answer.kind === "welcome";
}
