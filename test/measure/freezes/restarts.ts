import {
  type FakeHomeAssistant,
  startFakeHomeAssistant,
  testHome,
} from "@caretaker/connector-home-assistant/fake-gateway";
import { Firm } from "@caretaker/journeys/harness/firm.ts";
import type { FreezeKind, RunbookId, SiteId } from "@caretaker/protocol";
import { openDatabase } from "@caretaker/server/db/database.ts";
import type { Effort } from "../measurement.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const RUNBOOK = "home-assistant/stuck-integration" as RunbookId;

export interface Restarts {
  readonly restarts: number;
  readonly acts: number;
  readonly actsOnceLifted: number;
}

/** Freezes at a real hub, kills its process, starts another, and counts what a home then sees of a run that would act. */
export async function actsAfterRestarts(
  kinds: readonly FreezeKind[],
  openPostgres: Effort["openPostgres"],
): Promise<Restarts> {
  const postgres = await openPostgres();
  const db = openDatabase({ url: postgres.url, log: silent });
  const firm = await Firm.open({ db, url: postgres.url, drop: () => db.destroy() });
  const fake = await startFakeHomeAssistant({ home: testHome() });
  try {
    await firm.settle();
    const { siteId } = await firm.addHome({ url: fake.url, token: fake.token }, ["fix"]);
    const { id: service } = await firm.integration(siteId, "Hall bridge");
    const { id: personId } = await db.selectFrom("person").select("id").executeTakeFirstOrThrow();
    const subjects = { firm: "firm", site: siteId, connector: "home-assistant", runbook: RUNBOOK, person: personId };
    let acts = 0;
    for (const kind of kinds) {
      await firm.api("freeze.set", { kind, subject: subjects[kind], reason: "It smells burnt" });
      await firm.hub.kill();
      await firm.restartHub();
      acts += await reloadsOf(firm, fake, siteId, service);
      await db.deleteFrom("freeze").execute();
    }
    return { restarts: kinds.length, acts, actsOnceLifted: await reloadsOf(firm, fake, siteId, service) };
  } finally {
    await firm.close();
    await fake.close();
    await postgres.close();
  }
}

async function reloadsOf(firm: Firm, fake: FakeHomeAssistant, siteId: SiteId, service: string): Promise<number> {
  fake.setBridge("Hall bridge", "wedged");
  await firm.illIntegration(siteId, "Hall bridge");
  const before = fake.acts.length;
  const run = await firm.api("run.start", {
    siteId,
    runbook: RUNBOOK,
    inputs: { service },
    reason: "Nothing in the hall answers",
  });
  await firm.ended(run.id);
  return fake.acts.slice(before).filter((act) => act.service === "reload_config_entry").length;
}
