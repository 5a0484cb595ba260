import type { Actor, ApprovalId, PersonId, SiteId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { giveApproval } from "../approvals/answer.ts";
import type { CarriesOut } from "../approvals/types.ts";
import { transaction } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { addPerson } from "../people/people.ts";
import { createTestVersions, written } from "../runbooks/versions/test-helpers.ts";
import { startRollout } from "./rollouts/begin.ts";
import type { RolloutsDeps } from "./rollouts/deps.ts";
import { beginApprovedWave, beginWave } from "./rollouts/next.ts";
import { moveRollouts } from "./rollouts/pump.ts";
import { buildHome, createTestRuns, SAM, type TestHome, type TestRuns, testLibrary } from "./test-helpers.ts";
import { STUCK } from "./test-runbooks.ts";

/** Ways round the five homes that one person may act in within an hour. */

const STOCK = testLibrary([written("home-assistant/stuck", STUCK)]);
type Person = Extract<Actor, { kind: "person" }>;

let database: TestDatabase;
let test: TestRuns;
let rollouts: RolloutsDeps;
let versions: ReturnType<typeof createTestVersions>;
let people = 0;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  versions = createTestVersions(database.db, STOCK);
  test = createTestRuns(database.db, versions.library);
  Object.assign(test.deps, { homesAtOnce: 5 });
  rollouts = { ...test.deps, runs: test.runs, queueMessage: async () => {} };
  everyHomeIsIllUntilItIsMended();
});
afterEach(() => test.close());

function everyHomeIsIllUntilItIsMended(): void {
  const mended = new Set<string>();
  const { read, act } = test.house;
  test.house.read = async (gatewayId, ...request) => {
    test.house.setBridge(mended.has(gatewayId) ? "well" : "wedged");
    return read(gatewayId, ...request);
  };
  test.house.act = async (gatewayId, request) => {
    mended.add(gatewayId);
    return act(gatewayId, request);
  };
}

async function person(role: "technician" | "senior" = "senior"): Promise<Person> {
  people += 1;
  const given = { name: `P${people}`, email: `w${people}@example.com`, role, password: "long enough" };
  const id = await transaction(database.db, (trx) => addPerson(trx, given));
  return { ...(SAM as Person), id: id as PersonId, name: given.name, role };
}

async function homesWith(count: number): Promise<TestHome[]> {
  const homes: TestHome[] = [];
  for (let made = 0; made < count; made += 1) homes.push(await buildHome(database.db, { standing: ["fix"] }));
  // No night comes between: what waits, waits for its turn.
  await database.db.updateTable("site").set({ quietFrom: "00:00", quietTo: "00:00" }).execute();
  return homes;
}

const inputsOf = ({ integration, bridge }: TestHome) => ({ service: integration, bridge });

async function startIn(homes: readonly TestHome[], runbook: string, actor: Actor): Promise<void> {
  for (const home of homes) await test.start(home, runbook, { inputs: inputsOf(home), actor });
}

/** In how many homes something was done in this person's name. */
async function homesOf({ id }: Person): Promise<number> {
  const { homes } = await database.db
    .selectFrom("attempt")
    .innerJoin("run", "run.id", "attempt.runId")
    .select((select) => select.fn.count<string>("run.siteId").distinct().as("homes"))
    .where("run.answerableId", "=", id)
    .executeTakeFirstOrThrow();
  return Number(homes);
}

describe("how many homes at once, by other ways", () => {
  it("is five for each of several people, also where they act in the same homes at the same moment on two hubs", async () => {
    const all = [await person("technician"), await person("technician"), await person("technician")];
    const other = test.another();
    Object.assign(other.deps, { homesAtOnce: 5 });
    const shared = await homesWith(7);
    for (const one of all) {
      await startIn(await homesWith(4), "home-assistant/stuck", one);
      await startIn(shared.splice(0, 2), "home-assistant/stuck", one);
    }

    await Promise.all([test.runs.engine.settle(), other.runs.engine.settle()]);
    await test.forward("2m");

    expect(await Promise.all(all.map(homesOf))).toEqual([5, 5, 5]);
    await test.forward("1h");
    expect(await Promise.all(all.map(homesOf))).toEqual([6, 6, 6]);
  }, 60_000);

  it("is five for one person, whatever the runbook is called: the stock one, a copy of it, and one taken in as a file", async () => {
    const [sam, kim] = [await person(), await person()];
    const call = versions.call(sam);
    await versions.handlers["runbook.copy"]({ connector: "home-assistant", name: "stuck", to: "copied" }, call);
    const file = { file: "filed.yaml", text: written("firm/filed", STUCK) };
    await versions.handlers["runbook.import"]({ files: [file] }, call);
    for (const name of ["copied", "filed"]) {
      const { approval } = await versions.ask(sam, name);
      if (approval !== null) await versions.approve(kim, approval);
    }

    for (const runbook of ["home-assistant/stuck", "firm/copied", "firm/filed"])
      await startIn(await homesWith(3), runbook, sam);
    await test.forward("2m");

    expect(await homesOf(sam)).toBe(5);
    await test.forward("1h");
    expect(await homesOf(sam)).toBe(9);
  }, 60_000);
});

describe("a wave that a second person approved", () => {
  const carriesOut = { "rollout.wave": beginApprovedWave } as unknown as CarriesOut;

  /** After the first wave, of one home, and as many more that the same person has begun beside it. */
  async function approvedWave(sam: Person, beside: number): Promise<void> {
    const homes = (await homesWith(7)).map((home) => ({ siteId: home.siteId as SiteId, inputs: inputsOf(home) }));
    const runbook = "home-assistant/stuck" as never;
    const wish = { runbook, homes, reason: "A fault of this version", haltAfter: 2, goesOn: false, actor: sam };
    const { id } = await startRollout(rollouts, wish);
    await moveOn();
    await startIn(await homesWith(beside), "home-assistant/stuck", sam);
    await test.forward("2m");
    const { approval } = await beginWave(rollouts, { rolloutId: id, wave: 2, reason: "It went well", actor: sam });
    const { id: approvalId, digest } = approval as { id: ApprovalId; digest: string };
    const kim = { ...(await person()), factorAt: test.clock.now().toISOString() };
    await giveApproval(rollouts, carriesOut, { approvalId, digest, actor: kim });
  }

  async function moveOn(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) {
      await moveRollouts(rollouts);
      await test.forward("1m");
    }
  }

  it("is let into its homes at once, and into no other: what the same person begins beside it waits", async () => {
    const sam = await person();
    await approvedWave(sam, 0);
    await moveOn();
    expect(await homesOf(sam)).toBe(6);

    await startIn(await homesWith(1), "home-assistant/stuck", sam);
    await test.forward("2m");

    expect(await homesOf(sam)).toBe(6);
  });

  it("waits like any other run where somebody has changed what was approved since", async () => {
    const sam = await person();
    await approvedWave(sam, 4);
    await database.db
      .updateTable("approval")
      .set({ details: JSON.stringify({ wave: 2, plan: "another" }) })
      .where("status", "=", "given")
      .where("kind", "=", "rollout.wave")
      .execute();

    await moveOn();

    expect(await homesOf(sam)).toBe(5);
  });
});
