import type { RunId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { takeEvidence } from "./evidence.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  SAM,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "./test-helpers.ts";

const LOOKING = `
  - check: lit
    read: entity.state
    with: { entity: $bridge.poweredBy }
    expect: { state: "off" }
    evidence: [state, availability]
    next: { pass: { end: healthy } }
  - end: found`;

let database: TestDatabase;
let test: TestRuns;
let home: TestHome;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  test = createTestRuns(database.db, testLibrary([runbookOf("looking", LOOKING)]));
  home = await buildHome(database.db);
  test.house.reads.set("entity.state", {
    state: "glowing",
    availability: "online",
    since: "2026-01-01T00:00:00.000Z",
    attributes: { scene: "romantic" },
  });
});
afterEach(() => test.close());

async function look(): Promise<string> {
  const inputs = { bridge: home.bridge, service: home.integration };
  const runId: RunId = await test.start(home, "looking", { inputs });
  await test.forward("5s");
  const evidence = await takeEvidence(test.deps, { runId, actor: SAM });
  return JSON.stringify([await test.events(runId), evidence.run, evidence]);
}

const tells = (text: string) => /glowing|romantic/.test(text);

describe("what a run reads", () => {
  it("is kept where nothing is left out", async () => {
    expect(tells(await look())).toBe(true);
  });

  it("of a thing that the homeowner left out is neither judged, nor kept in its log, nor in its evidence", async () => {
    const said = { evidence: "contract", givenBy: "Mrs Lee", setBy: "Ann", setAt: new Date() } as const;
    await database.db
      .insertInto("viewLimit")
      .values({ id: newId<string>(), siteId: home.siteId, kind: "switch", ...said })
      .execute();

    expect(tells(await look())).toBe(false);
  });

  it("of a device that was raised to private is left out as well", async () => {
    await database.db.updateTable("entity").set({ deviceId: home.bridge }).where("id", "=", home.plug).execute();
    const said = { scope: null, isPrivate: true, reason: "A child", setBy: "Ann", setAt: new Date() };
    await database.db
      .insertInto("scopeRaise")
      .values({ id: newId<string>(), siteId: home.siteId, deviceId: home.bridge, ...said })
      .execute();

    expect(tells(await look())).toBe(false);
  });
});
