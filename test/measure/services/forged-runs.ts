import { homeAssistant } from "@caretaker/connector-home-assistant";
import { type CapabilityName, type GatewaySession, type StandingScope, systemClock } from "@caretaker/protocol";
import type { Database } from "@caretaker/server/db/database.ts";
import { ask } from "@caretaker/server/gateways/ask.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  SAM,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "@caretaker/server/runs/test-helpers.ts";
import { STUCK } from "@caretaker/server/runs/test-runbooks.ts";

/** What a home may have allowed; with the last, whatever is asked is answered with yes. */
export const GRANTS: readonly { readonly standing: readonly StandingScope[]; readonly saysYes: boolean }[] = [
  { standing: [], saysYes: false },
  { standing: ["reach"], saysYes: false },
  { standing: ["reach", "view"], saysYes: false },
  { standing: ["reach", "view", "diagnose"], saysYes: false },
  { standing: ["reach", "view", "diagnose", "fix"], saysYes: false },
  { standing: ["reach", "view", "diagnose", "fix"], saysYes: true },
];

/**
 * Runs of a runbook in whose kept version somebody with the database in his hands has put a service in the place of what it
 * does: nothing that validates it is asked any more. Its acts go to a real session, as the hub's gateways hand them on.
 */
export async function actsOfForgedRuns(
  db: Database,
  session: GatewaySession,
  names: readonly string[],
): Promise<{ runs: number; acts: number; tripped: number }> {
  const test = createTestRuns(db, testLibrary([runbookOf("forged", STUCK)]));
  let sent = 0;
  test.house.act = async (_gatewayId, { capability, input, attemptId }) => {
    sent += 1;
    const declaration = homeAssistant.manifest.capabilities[capability];
    const gateway = { facts: { name: "Home", connectorName: "Home Assistant" }, status: { state: "online" } } as never;
    return ask(
      { gateway, clock: systemClock, capability, declaration, session },
      (to) => to.act({ capability, input, attemptId } as never),
      input,
      {},
    ) as never;
  };
  const homes = await Promise.all(GRANTS.map(({ standing }) => buildHome(db, { standing })));
  await db.updateTable("site").set({ quietFrom: "00:00", quietTo: "00:00" }).execute();
  // An engine that trips over what it does not know would try for ever.
  let tripped = 0;
  const error = (): void => {
    tripped += 1;
  };
  Object.assign(test.deps, { log: { info() {}, warn() {}, error } });
  let runs = 0;
  for (const name of names)
    for (const [at, { saysYes }] of GRANTS.entries()) {
      await runForged(test, homes[at] as TestHome, name as CapabilityName, saysYes);
      runs += 1;
    }
  await test.close();
  return { runs, acts: sent, tripped };
}

async function runForged(test: TestRuns, home: TestHome, name: CapabilityName, saysYes: boolean): Promise<void> {
  const { db, house } = test;
  house.setBridge("wedged");
  const asked = test.messages.length;
  const runId = await test.start(home, "forged", { inputs: { service: home.integration, bridge: home.bridge } });
  const { digest } = await test.run(runId);
  const { document } = await db
    .selectFrom("runbookVersion")
    .select("document")
    .where("digest", "=", digest)
    .executeTakeFirstOrThrow();
  const forged = JSON.parse(JSON.stringify(document)) as { steps: Record<string, unknown>[] };
  for (const step of forged.steps) if ("do" in step) step.do = name;
  await db
    .updateTable("runbookVersion")
    .set({ document: JSON.stringify(forged) })
    .where("digest", "=", digest)
    .execute();
  await test.forward("1m");
  if (saysYes && test.messages.length > asked) await test.answer("allow");
  await test.forward("20m");
  const { status } = await test.run(runId);
  if (status !== "finished" && status !== "cancelled")
    await test.runs.cancel({ runId, reason: "It is over", actor: SAM });
  await test.forward("1m");
}
