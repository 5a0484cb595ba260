import { join } from "node:path";
import { CaretakerError, HUB_CAPABILITIES, type RunId } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import type { RunbookCase } from "../runbooks/case.ts";
import { type Library, loadLibrary } from "../runbooks/library.ts";
import { play } from "./play.ts";
import { answerQuestion } from "./question.ts";
import { stockCases } from "./test-cases.ts";
import { buildHome, createTestRuns, dataOf, SAM, type TestHome, type TestRuns } from "./test-helpers.ts";

/** What is sent in a stock runbook, by the moment that a case names. */
const MOMENTS: Readonly<Record<string, string>> = {
  "integration.reload": "reload",
  "power.cycle": "power",
  "power.on": "power.undo",
  "gateway.restart": "restart",
  "macro.run": "restart",
  "room.off": "switch-off",
  "room.select": "switch-on",
  "program.restart": "restart",
  "clock.sync": "sync",
};

/** So often a case waits for somebody at most. */
const MOST_WAITS = 5;

let library: Library;
let database: TestDatabase;
let test: TestRuns;

beforeAll(async () => {
  database = await testDatabase();
  library = await loadLibrary(
    join(import.meta.dirname, "../../.."),
    connectors.map(({ manifest }) => manifest),
  );
});
afterAll(() => database.drop());
afterEach(() => test.close());

/** Lets the home answer as it is recorded. */
function answerAs({ reads }: RunbookCase): void {
  test.house.read = async (_gatewayId, capability) => {
    const sent = (moment: string): number => test.house.acts.filter((one) => MOMENTS[one.capability] === moment).length;
    const answers = reads[capability] ?? [];
    const now = answers.findLast(({ after, tries }) => after === undefined || sent(after) >= tries);
    if (now?.output === undefined) throw new CaretakerError("not_available_here", now?.error ?? "It is not recorded.");
    return now.output as never;
  };
}

/** The gateway is of the make that the runbook is named after, or of the first, and can do what that can. */
async function beOf(home: TestHome, runbook: string): Promise<void> {
  const make = connectors.find(({ manifest }) => runbook.startsWith(`${manifest.id}/`)) ?? connectors[0];
  if (make === undefined) throw new Error("There is no make");
  await test.db.updateTable("gateway").set({ connector: make.manifest.id }).where("id", "=", home.gatewayId).execute();
  for (const name of Object.keys(test.house.capabilities) as (keyof typeof test.house.capabilities)[])
    delete test.house.capabilities[name];
  Object.assign(test.house.capabilities, HUB_CAPABILITIES, make.manifest.capabilities);
}

async function aRoom({ gatewayId }: TestHome): Promise<string> {
  const id = newId<string>();
  await test.db.insertInto("room").values({ id, gatewayId, key: "15", name: "Living room" }).execute();
  return id;
}

/** The entity is called as it was when the case was recorded: a runbook may compare names. */
async function calledAs(entity: string, recorded: unknown): Promise<string> {
  const { name } = recorded as { readonly name: string };
  await test.db.updateTable("entity").set({ name }).where("id", "=", entity).execute();
  return entity;
}

async function run(home: TestHome, runbook: string, { inputs, people }: RunbookCase): Promise<RunId> {
  const bridge = inputs.bridge as { poweredBy?: unknown } | undefined;
  if (bridge !== undefined && bridge.poweredBy === undefined) {
    await test.db.updateTable("device").set({ poweredBy: null }).where("id", "=", home.bridge).execute();
  }
  const given = {
    ...(inputs.service ? { service: home.integration } : {}),
    ...(bridge ? { bridge: home.bridge } : {}),
    ...(inputs.system ? { system: home.bridge } : {}),
    ...(inputs.device ? { device: home.bridge } : {}),
    ...(inputs.macro ? { macro: home.plug } : {}),
    ...(inputs.room ? { room: await aRoom(home) } : {}),
    ...(inputs.source ? { source: await calledAs(home.plug, inputs.source) } : {}),
    ...(inputs.panel ? { panel: home.bridge } : {}),
    ...(inputs.program ? { program: home.bridge } : {}),
  };
  const runId = await test.start(home, runbook, { inputs: given });
  for (let waits = 0; waits < MOST_WAITS; waits += 1) {
    await test.forward("3m");
    const { status, step } = await test.run(runId);
    const said = step === null ? undefined : people[step];
    if (status === "waiting_for_consent") await test.answer("allow");
    else if (status !== "waiting_for_answer" || step === null || said === undefined) continue;
    else if (said === "expired") await test.forward("2h");
    else await answerQuestion(test.deps, { runId, step, answer: said, actor: SAM });
  }
  await test.forward("20m");
  return runId;
}

describe("a stock runbook that is played", () => {
  it.each(stockCases())("goes as it goes in a run: $runbook $called", async ({ runbook, recorded }) => {
    test = createTestRuns(database.db, library);
    const home = await buildHome(database.db, { standing: ["reach", "view", "diagnose", "fix"] });
    await beOf(home, runbook);
    answerAs(recorded);
    const found = library.get(runbook);
    if (found === undefined) throw new Error(`There is no runbook ${runbook}.`);

    const runId = await run(home, found.id, recorded);

    const ended = dataOf(await test.events(runId), "step.ended");
    const path = ended.map((one) =>
      one.kind === "step.ended" ? `${one.step.startsWith("end.") ? "end" : one.step}: ${one.result}` : "",
    );
    const played = play(found.runbook, recorded, library.world);
    expect({
      path,
      acts: test.house.acts.map(({ capability }) => capability),
      outcome: (await test.run(runId)).outcome,
    }).toEqual({ path: played.path, acts: played.acts, outcome: played.outcome });
  });
});
