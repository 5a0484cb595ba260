import type { Actor, SiteId } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../../db/test-database.ts";
import { listRuns } from "../../runs/details.ts";
import { buildHome, createTestRuns, testLibrary } from "../../runs/test-helpers.ts";
import type { Library } from "../library.ts";
import { createLivingLibrary } from "./living-library.ts";
import { ALIVE, CYCLING, createTestVersions, type TestVersions, USING, written } from "./test-helpers.ts";

let database: TestDatabase;
let stock: Library;
let test: TestVersions;
let ann: Actor;
let bob: Actor;

beforeEach(async () => {
  database = await testDatabase();
  stock = testLibrary([written("home-assistant/cycle", CYCLING)]);
  test = createTestVersions(database.db, stock);
  ann = await test.person("Ann");
  bob = await test.person("Bob");
});
afterEach(() => database.drop());

async function publish(name: string, text: string): Promise<void> {
  await test.save(ann, name, text);
  const { approval } = await test.ask(ann, name);
  if (approval !== null) await test.approve(bob, approval);
}
const open = (name: string) => test.handlers["runbook.get"]({ connector: "firm", name }, test.call(ann));
const list = () => test.handlers["runbook.list"]({}, test.call(ann));
const retire = (name: string) =>
  test.handlers["runbook.retire"]({ name, reason: "Replaced by the stock one" }, test.call(bob));

describe("a retired runbook", () => {
  it("is opened with its steps, its text, its versions and who retired it, and cannot be started", async () => {
    await publish("look", written("firm/look", ALIVE));
    await publish("look", written("firm/look", ALIVE, 2));
    await retire("look");

    expect(await open("look")).toMatchObject({
      version: 2,
      source: written("firm/look", ALIVE, 2),
      isStock: false,
      outline: expect.arrayContaining([expect.objectContaining({ name: "alive", kind: "check" })]),
      notStartable: { kind: "retired", words: "Retired by Bob: Replaced by the stock one" },
    });
    expect((await test.handlers["runbook.version.list"]({ name: "look" }, test.call(ann))).items).toHaveLength(2);
    expect(await test.handlers["runbook.version.get"]({ name: "look", version: 1 }, test.call(ann))).toMatchObject({
      text: written("firm/look", ALIVE),
    });
    expect(await list()).toMatchObject({ notStartable: [{ id: "firm/look", version: 2, kind: "retired" }] });
    const runs = createTestRuns(database.db, test.library);
    await expect(runs.start(await buildHome(database.db), "firm/look")).rejects.toThrow("Retired by Bob");
    await runs.close();
  });

  it("shows the steps of what it used as it was then, though that is retired as well", async () => {
    await publish("part", written("firm/part", CYCLING));
    await publish("whole", written("firm/whole", USING("firm/part")));
    await retire("whole");
    await retire("part");

    const { outline, scope } = await open("whole");

    expect(outline.map(({ name }) => name)).toContain("it/power");
    expect(scope).toBe("disruptive");
  });

  it("keeps its runs: they are listed by its name", async () => {
    await publish("look", written("firm/look", ALIVE));
    const runs = createTestRuns(database.db, test.library);
    const home = await buildHome(database.db);
    const runId = await runs.start(home, "firm/look", { inputs: { service: home.integration } });
    await runs.start(home, "home-assistant/cycle", { inputs: { service: home.integration, bridge: home.bridge } });
    await retire("look");

    const { items } = await listRuns({ db: database.db }, { runbook: "firm/look" as never, limit: 10 });

    expect(items.map(({ id }) => id)).toEqual([runId]);
    await runs.close();
  });
});

describe("a runbook whose used runbook changed", () => {
  it("is listed as needing to be published again, and why, and is published again from a copy of itself", async () => {
    await publish("cycle", written("firm/cycle", CYCLING));
    await publish("whole", written("firm/whole", USING("firm/cycle")));
    await publish("cycle", written("firm/cycle", CYCLING.replace("off: 10s", "off: 20s"), 2));

    const words = "Needs publishing again, because firm/cycle changed.";
    expect((await list()).notStartable).toEqual([
      { id: "firm/whole", version: 1, title: "Test firm/whole", kind: "outdated", words },
    ]);
    expect(await open("whole")).toMatchObject({ version: 1, notStartable: { kind: "outdated", words } });
    const runs = createTestRuns(database.db, test.library);
    const home = await buildHome(database.db);
    await expect(runs.start(home, "firm/whole")).rejects.toThrow("firm/cycle changed");
    const startable = ({ siteId }: { siteId: SiteId }) => test.handlers["runbook.list"]({ siteId }, test.call(ann));
    expect((await startable(home)).notStartable).toMatchObject([{ id: "firm/whole", words }]);
    await database.db.updateTable("gateway").set({ removedAt: test.clock.now() }).execute();
    expect((await startable(home)).notStartable).toEqual([]);
    await runs.close();

    const draft = await test.handlers["runbook.copy"](
      { connector: "firm", name: "whole", to: "whole" },
      test.call(ann),
    );
    expect(draft).toMatchObject({ verdict: { ok: true }, nextVersion: 2, needsSecondPerson: expect.any(String) });
    await test.approve(bob, (await test.ask(ann, "whole")).approval);

    expect((await list()).notStartable).toEqual([]);
    expect(test.library.get("firm/whole")).toMatchObject({ runbook: { version: 2 } });
  });

  it("says that one it uses has to be published again first, or is no longer there", async () => {
    await publish("cycle", written("firm/cycle", CYCLING));
    await publish("middle", written("firm/middle", USING("firm/cycle")));
    await publish("outer", written("firm/outer", USING("firm/middle")));
    await publish("alone", written("firm/alone", USING("home-assistant/cycle")));
    await retire("cycle");
    const without = createLivingLibrary(database.db, testLibrary([]));
    await without.refresh?.();

    expect((await list()).notStartable.map(({ id, words }) => [id, words])).toEqual([
      ["firm/middle", "Needs publishing again, because firm/cycle is no longer there."],
      [
        "firm/outer",
        "Needs publishing again, because firm/cycle is no longer there, and firm/middle has to be published again first.",
      ],
      ["firm/cycle", "Retired by Bob: Replaced by the stock one"],
    ]);
    expect(without.outdated?.find(({ id }) => id === "firm/alone")?.because).toEqual([
      { id: "home-assistant/cycle", what: "gone" },
    ]);
  });
});

describe("a runbook's record", () => {
  it("is how its runs ended and how long half of them took; a rehearsal is only counted", async () => {
    await publish("look", written("firm/look", ALIVE));
    const runs = createTestRuns(database.db, test.library);
    const home = await buildHome(database.db);
    const start = { inputs: { service: home.integration } };
    await runs.start(home, "firm/look", start);
    await runs.forward("1m");
    runs.house.setBridge("wedged");
    for (let count = 0; count < 2; count += 1) {
      await runs.start(home, "firm/look", start);
      await runs.forward("1m");
    }
    await database.db.updateTable("run").set({ isRehearsal: true }).where("outcome", "=", "healthy").execute();

    expect((await open("look")).record).toEqual({
      outcomes: [{ outcome: "found", count: 2 }],
      rehearsals: 1,
      medianSeconds: expect.any(Number),
    });
    await runs.close();
  });

  it("is empty before the first run", async () => {
    await publish("look", written("firm/look", ALIVE));

    expect((await open("look")).record).toEqual({ outcomes: [], rehearsals: 0, medianSeconds: null });
  });
});

describe("what changed from one version to another", () => {
  it("is told in words: consent, time, what is done to what, what is noticed, what is said", async () => {
    const before = written("firm/cycle", CYCLING).replace("power.cycle", "power.on").replace(", off: 10s", "");
    await publish("cycle", before);
    await publish("cycle", written("firm/cycle", CYCLING, 2).replace("limit: 15m", "limit: 20m"));

    const { changes } = await test.handlers["runbook.diff"]({ name: "cycle", from: 1, to: 2 }, test.call(ann));

    expect(changes).toEqual([
      "The highest consent it can need rises from fix to disruptive: the household is asked each time.",
      "It may work for 20 min instead of 15 min.",
      expect.stringMatching(/^At worst it takes .* instead of /),
      "No longer: switch a power outlet on (switch $bridge.poweredBy), taken back by: switch a power outlet on (switch $bridge.poweredBy).",
      "New: switch a power outlet off and on (off 10s, switch $bridge.poweredBy), taken back by: switch a power outlet on (switch $bridge.poweredBy).",
      "The household will no longer notice: What is plugged in there gets power.",
      expect.stringMatching(/^The household will notice: What is plugged in there loses its power/),
    ]);
  });

  it("counts what a used runbook does, inputs and what the household reads", async () => {
    await publish("look", written("firm/look", ALIVE));
    const text = written("firm/look", USING("home-assistant/cycle"), 2)
      .replace("bridge: { type: device, optional: true }", "bridge: device, mode: { type: choice, options: [a, b] }")
      .replace("The box that runs", "The case that runs");
    await test.save(ann, "look", text);

    const { changes } = await test.handlers["runbook.diff"]({ name: "look", from: 1 }, test.call(ann));

    expect(changes).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^New: switch a power outlet off and on/),
        "Whoever starts it now says mode (a, b).",
        "The household now reads: “The case that runs your lights has stopped answering.”",
      ]),
    );
  });

  it("is nothing for a comment, and is not told of a draft with a mistake", async () => {
    await publish("look", written("firm/look", ALIVE));
    await test.save(ann, "look", `# why\n${written("firm/look", ALIVE, 2)}`);
    const diff = () => test.handlers["runbook.diff"]({ name: "look", from: 1 }, test.call(ann));

    expect((await diff()).changes).toEqual(["Nothing that the household would see, notice or be asked is another."]);
    await test.save(ann, "look", written("firm/look", ALIVE.replace("$service", "$servise"), 2), 1);
    expect((await diff()).changes).toBeNull();
  });
});
