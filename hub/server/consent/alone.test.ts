import type { Actor } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { CYCLING, createTestVersions, type TestVersions, written } from "../runbooks/versions/test-helpers.ts";
import { buildHome, createTestRuns, type TestHome, type TestRuns, testLibrary } from "../runs/test-helpers.ts";

/** It acts on a switch, which may be a private one, so it takes two to publish; and what it does may stand for good. */
const SWITCHING = CYCLING.replace("power.cycle", "power.on").replace(", off: 10s", "");
const STANDING = ["reach", "view", "diagnose", "fix"] as const;

let database: TestDatabase;
let versions: TestVersions;
let runs: TestRuns;
let ann: Actor;

beforeEach(async () => {
  database = await testDatabase();
  versions = createTestVersions(database.db, testLibrary([]));
  ann = await versions.person("Ann", "principal");
  runs = createTestRuns(database.db, versions.library);
  runs.house.setBridge("wedged");
});
afterEach(async () => {
  await runs.close();
  await database.drop();
});

async function publish(name: string, steps: string, second?: Actor): Promise<void> {
  await versions.save(ann, name, written(`firm/${name}`, steps));
  const { approval } = await versions.ask(ann, name);
  if (second === undefined) await versions.clock.forward("1h");
  await versions.approve(second ?? ann, approval);
}

async function run(home: TestHome, name: string): Promise<void> {
  await runs.start(home, `firm/${name}`, { inputs: { service: home.integration, bridge: home.bridge } });
  await runs.forward("5m");
}
const textsOf = () => runs.messages.map(({ text }) => text);
const eventsOf = async ({ siteId }: TestHome): Promise<string[]> => {
  const rows = await database.db.selectFrom("ledgerEntry").select("event").where("chain", "=", siteId).execute();
  return rows.map(({ event }) => event);
};

describe("a runbook that a firm of one published", () => {
  it("tells the firm's ledger that nobody else looked at it, and no home, since none is concerned yet", async () => {
    const home = await buildHome(database.db, { standing: STANDING });
    await publish("switch", SWITCHING);

    const { payload } = await database.db
      .selectFrom("ledgerEntry")
      .innerJoin("ledgerPayload", (join) =>
        join
          .onRef("ledgerPayload.chain", "=", "ledgerEntry.chain")
          .onRef("ledgerPayload.number", "=", "ledgerEntry.number"),
      )
      .select("payload")
      .where("event", "=", "runbook.published")
      .executeTakeFirstOrThrow();
    expect(JSON.parse(payload ?? "{}").alone).toContain("no second person");
    expect(await database.db.selectFrom("runbookPublished").select("isAlone").execute()).toEqual([{ isAlone: true }]);
    expect(textsOf()).toEqual([]);
    expect(await eventsOf(home)).not.toContain("runbook.used_alone");
  });

  it("tells a home the first time it acts there without asking, with the intent, and each home once", async () => {
    const [first, second] = [
      await buildHome(database.db, { standing: STANDING }),
      await buildHome(database.db, { standing: STANDING }),
    ];
    await publish("switch", SWITCHING);

    await run(first, "switch");
    expect(runs.house.acts.map(({ capability }) => capability)).toContain("power.on");
    expect(runs.messages).toEqual([
      expect.objectContaining({ siteId: first.siteId, to: { name: "Anna Lee", address: "anna@lee.example" } }),
    ]);
    expect(textsOf()[0]).toMatch(/Ann works alone, so nobody else has looked at it[\s\S]*ledger stands at/);
    expect((await eventsOf(first)).filter((event) => event === "runbook.used_alone")).toHaveLength(1);

    await run(first, "switch");
    expect(runs.messages).toHaveLength(1);
    await run(second, "switch");
    expect(runs.messages.map(({ siteId }) => siteId)).toEqual([first.siteId, second.siteId]);
  });

  it("says in the question that nobody else has looked at it, where the household is asked", async () => {
    const home = await buildHome(database.db);
    await publish("cycle", CYCLING);
    await run(home, "cycle");

    expect(textsOf()).toEqual([expect.stringContaining("Ann wrote this procedure and works alone")]);
    const { askedText } = await database.db.selectFrom("consentRequest").select("askedText").executeTakeFirstOrThrow();
    expect(JSON.stringify(askedText)).toContain("nobody else has looked at it");
    await runs.answer("allow");
    await runs.forward("5m");
    expect(await eventsOf(home)).not.toContain("runbook.used_alone");
  });

  it("is told of nobody where a second person looked at it", async () => {
    const bob = await versions.person("Bob");
    const standing = await buildHome(database.db, { standing: STANDING });
    await publish("switch", SWITCHING, bob);
    await publish("cycle", CYCLING, bob);

    await run(standing, "switch");
    await run(await buildHome(database.db), "cycle");

    expect(textsOf()).toEqual([expect.not.stringContaining("works alone")]);
    expect(await eventsOf(standing)).not.toContain("runbook.used_alone");
  });
});
