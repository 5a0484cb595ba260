import type { Actor, ApprovalId, PersonId } from "@caretaker/protocol";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { giveApproval } from "../approvals/answer.ts";
import type { CarriesOut } from "../approvals/types.ts";
import { transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { addPerson } from "../people/people.ts";
import { allowMoreHomes, askForMoreHomes } from "./homes-at-once.ts";
import { buildHome, createTestRuns, runbookOf, SAM, type TestRuns, testLibrary } from "./test-helpers.ts";
import { STUCK } from "./test-runbooks.ts";

const LIBRARY = testLibrary([runbookOf("stuck", STUCK)]);
const HOUR = 3_600_000;

let database: TestDatabase;
let test: TestRuns;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  test = createTestRuns(database.db, LIBRARY);
  Object.assign(test.deps, { homesAtOnce: 5 });
  alwaysIll();
});
afterEach(() => test.close());

/** Every home finds its bridge ill before a fix, and well after it. */
function alwaysIll(): void {
  test.house.setBridge("wedged");
  const { read } = test.house;
  test.house.read = async (gatewayId, capability, input) => {
    test.house.setBridge(mended.has(gatewayId) ? "well" : "wedged");
    return read(gatewayId, capability, input);
  };
  const { act } = test.house;
  test.house.act = async (gatewayId, request) => {
    mended.add(gatewayId);
    return act(gatewayId, request);
  };
}
const mended = new Set<string>();

let people = 0;
async function person(role: "technician" | "senior" = "technician"): Promise<Extract<Actor, { kind: "person" }>> {
  people += 1;
  const given = { name: `P${people}`, email: `p${people}@example.com`, role, password: "long enough" };
  const id = await transaction(database.db, (trx) => addPerson(trx, given));
  return { ...(SAM as Extract<Actor, { kind: "person" }>), id: id as PersonId, name: given.name, role };
}

async function startIn(homes: number, actor: Actor, rehearse = false): Promise<void> {
  for (let home = 0; home < homes; home += 1) {
    const { siteId, integration, bridge } = await buildHome(database.db, { standing: ["fix"] });
    // No night comes between: what waits, waits for its turn.
    await database.db
      .updateTable("site")
      .set({ quietFrom: "00:00", quietTo: "00:00" })
      .where("id", "=", siteId)
      .execute();
    const inputs = { service: integration, bridge };
    await test.runs.start({
      siteId,
      runbook: "stuck" as never,
      inputs,
      reason: "Ill",
      homeownerAsked: false,
      rehearse,
      actor,
    });
  }
}

/** When a home of this person was first acted in. */
async function actsOf(who: PersonId): Promise<number[]> {
  const rows = await database.db
    .selectFrom("attempt")
    .innerJoin("run", "run.id", "attempt.runId")
    .select("attempt.intendedAt")
    .where("run.answerableId", "=", who)
    .orderBy("attempt.intendedAt")
    .execute();
  return rows.map(({ intendedAt }) => Date.parse(intendedAt));
}

function mostWithinAnHour(moments: readonly number[]): number {
  return Math.max(0, ...moments.map((from) => moments.filter((at) => at >= from && at < from + HOUR).length));
}

describe("how many homes at once", () => {
  it("is five an hour for one person; the sixth waits for its turn, says so, and goes on by itself", async () => {
    const sam = await person();
    await startIn(6, sam);
    await test.forward("2m");

    expect(await actsOf(sam.id)).toHaveLength(5);
    const waiting = await database.db
      .selectFrom("run")
      .select(["status", "waitingWhy"])
      .where("answerableId", "=", sam.id)
      .where("status", "!=", "finished")
      .execute();
    expect(waiting).toMatchObject([{ status: "waiting_for_window", waitingWhy: expect.stringContaining("5 homes") }]);
    await test.forward("1h");

    expect(await actsOf(sam.id)).toHaveLength(6);
  });

  it("is counted for each person, and not for rehearsals", async () => {
    const [one, other] = [await person(), await person()];
    await startIn(5, one, true);
    await startIn(5, one);
    await startIn(5, other);

    await test.forward("2m");

    expect(await actsOf(one.id)).toHaveLength(5);
    expect(await actsOf(other.id)).toHaveLength(5);
  });

  it("is more once a second person has allowed it, and never by whoever asked", async () => {
    const [sam, kim] = [await person("senior"), await person("senior")];
    const { db, now, announcements } = test.deps;
    const deps = { db, now, announcements, queueMessage: async () => {} };
    const row = await askForMoreHomes(deps, { homes: 8, reason: "One maker's boxes all fell ill", actor: sam });
    const carriesOut = { "homes.more": allowMoreHomes } as unknown as CarriesOut;
    const wish = { approvalId: row.id as ApprovalId, digest: row.digest };
    await expect(giveApproval(deps, carriesOut, { ...wish, actor: sam })).rejects.toMatchObject({
      code: "not_allowed",
    });

    await startIn(6, sam);
    await test.forward("2m");
    expect(await actsOf(sam.id)).toHaveLength(5);

    await giveApproval(deps, carriesOut, { ...wish, actor: kim });
    await startIn(4, sam);
    await test.forward("2m");

    expect(await actsOf(sam.id)).toHaveLength(8);
    // Who was told to wait has his turn when he was told.
    await test.forward("1h");
    expect(await actsOf(sam.id)).toHaveLength(10);
  });

  it("is never passed, however the runs are split over hubs, keys and time (4 ways)", async () => {
    const part = fc.record({
      homes: fc.integer({ min: 1, max: 5 }),
      minutes: fc.integer({ min: 0, max: 40 }),
      byKey: fc.boolean(),
    });
    let most = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 2, maxLength: 4 }), async (parts) => {
        const sam = await person();
        const keyId = newId<string>();
        await database.db
          .insertInto("apiKey")
          .values({
            id: keyId,
            name: "Script",
            role: "technician",
            prefix: keyId.slice(-8),
            hash: keyId,
            createdBy: "P",
            createdById: sam.id,
            createdAt: new Date(),
            expiresAt: new Date("2099-01-01"),
          })
          .execute();
        const key: Actor = { kind: "key", id: keyId, name: "Script", role: "technician" } as never;
        const other = test.another();
        Object.assign(other.deps, { homesAtOnce: 5 });
        for (const { homes, minutes, byKey } of parts) {
          await startIn(homes, byKey ? key : sam);
          await Promise.all([test.runs.engine.settle(), other.runs.engine.settle()]);
          await test.forward(`${minutes}m`);
        }
        await test.forward("3h");

        const acts = await actsOf(sam.id);
        expect(acts).toHaveLength(parts.reduce((sum, { homes }) => sum + homes, 0));
        expect(mostWithinAnHour(acts)).toBeLessThanOrEqual(5);
        most = Math.max(most, mostWithinAnHour(acts));
      }),
      { numRuns: 4 },
    );
    expect(most).toBe(5);
  }, 120_000);
});
