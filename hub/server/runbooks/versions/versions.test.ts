import { createTestClock, type TestClock } from "@caretaker/kit";
import {
  type Actor,
  type ApprovalId,
  isCaretakerError,
  type Role,
  type RunbookId,
  type SessionId,
} from "@caretaker/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAnnouncements } from "../../announcements.ts";
import { giveApproval } from "../../approvals/answer.ts";
import type { CarriesOut } from "../../approvals/types.ts";
import { transaction } from "../../db/database.ts";
import { type TestDatabase, testDatabase } from "../../db/test-database.ts";
import { verifyChain } from "../../ledger/read.ts";
import { addPerson } from "../../people/people.ts";
import { buildHome, createTestRuns, runbookOf, testLibrary } from "../../runs/test-helpers.ts";
import type { Library } from "../library.ts";
import { toSummary } from "../summary.ts";
import { runbookVersionHandlers } from "./handlers.ts";
import { createLivingLibrary } from "./living-library.ts";
import { type PublishDeps, publishApproved } from "./publish.ts";

const ALIVE = `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy }, fail: { end: found }, unknown: { end: unclear } }`;
const CYCLING = `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive, within: 60s }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: not_fixed } }
  - end: fixed`;
const look = (version = 1, id = "firm/look"): string =>
  runbookOf(id, ALIVE).replace("version: 1", `version: ${version}`);
const cycle = (version = 1): string => runbookOf("firm/cycle", CYCLING).replace("version: 1", `version: ${version}`);

let database: TestDatabase;
let clock: TestClock;
let stock: Library;
let library: Library;
let deps: PublishDeps;
let handlers: ReturnType<typeof runbookVersionHandlers>;
let ann: Actor;
let bob: Actor;

beforeAll(async () => {
  database = await testDatabase();
  stock = testLibrary([runbookOf("home-assistant/stock", ALIVE)]);
});
afterAll(() => database.drop());

beforeEach(async () => {
  await database.drop();
  database = await testDatabase();
  clock = createTestClock();
  library = createLivingLibrary(database.db, stock);
  deps = {
    db: database.db,
    now: async () => clock.now(),
    announcements: createAnnouncements((error) => {
      throw error;
    }),
    queueMessage: async () => {},
    library,
  };
  handlers = runbookVersionHandlers(deps);
  ann = await person("Ann");
  bob = await person("Bob");
});

async function person(name: string, role: Role = "senior"): Promise<Actor> {
  const email = `${name}@example.com`;
  const id = await transaction(database.db, (trx) => addPerson(trx, { name, email, role, password: "long enough" }));
  return { kind: "person", id, name, role, sessionId: "s" as SessionId, factorAt: null };
}

const call = (actor: Actor = ann) => ({
  actor,
  now: clock.now(),
  requestId: "r",
  signal: new AbortController().signal,
});
const save = (name: string, text: string, rowVersion = 0, actor = ann) =>
  handlers["runbook.draft.save"]({ name, text, rowVersion }, call(actor));
const publish = (name: string, rowVersion = 1, actor = ann) =>
  handlers["runbook.publish"]({ name, rowVersion, reason: "It is needed" }, call(actor));
const approve = (approval: { id: ApprovalId; digest: string } | null, actor: Actor) => {
  const carriesOut = { "runbook.publish": publishApproved(deps) } as CarriesOut;
  return giveApproval(deps, carriesOut, {
    approvalId: approval?.id as ApprovalId,
    digest: approval?.digest ?? "",
    actor,
  });
};
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "done",
    (error: unknown) => (isCaretakerError(error) ? error.code : Promise.reject(error)),
  );
const versions = async (name: string) => (await handlers["runbook.version.list"]({ name }, call())).items;

describe("a draft", () => {
  it("is saved with its mistakes, which are said, and cannot be published with one", async () => {
    const draft = await save("look", look().replace("$service", "$servise"));

    expect(draft.verdict).toMatchObject({ ok: false, mistakes: [expect.objectContaining({ didYouMean: "$service" })] });
    expect(await codeOf(publish("look"))).toBe("invalid_runbook");
    expect(library.get("firm/look")).toBeUndefined();
  });

  it("of two people who edit it is the first's: the second is told who, and nothing is lost", async () => {
    await save("look", look());
    await save("look", look().replace("Test", "Ann's"), 1, ann);

    await expect(save("look", look().replace("Test", "Bob's"), 1, bob)).rejects.toMatchObject({
      code: "changed_meanwhile",
      message: expect.stringContaining("Ann"),
    });
    expect((await handlers["runbook.draft.get"]({ name: "look" }, call())).text).toContain("Ann's");
    expect(await codeOf(publish("look", 1))).toBe("changed_meanwhile");
  });

  it("has the id of its name and the next version, or that is a mistake with its place", async () => {
    const draft = await save("look", look(7, "firm/other"));

    expect(draft.verdict.mistakes).toEqual([
      expect.objectContaining({ line: 1, code: "wrong_id", didYouMean: "firm/look" }),
      expect.objectContaining({ line: 2, didYouMean: "1" }),
    ]);
  });

  it("is begun from any runbook, and says from which", async () => {
    const draft = await handlers["runbook.copy"]({ connector: "home-assistant", name: "stock", to: "ours" }, call());

    expect(draft).toMatchObject({
      id: "firm/ours",
      copiedFrom: expect.stringMatching(/^home-assistant\/stock version 1 /),
    });
    expect(draft.verdict.ok).toBe(true);
  });

  it("is known for a copy of the first one in line, also when it was copied from a copy and published anew", async () => {
    const copyAndPublish = async (connector: string, name: string, to: string): Promise<string> => {
      const draft = await handlers["runbook.copy"]({ connector, name, to }, call());
      await publish(to);
      return draft.text;
    };
    await copyAndPublish("home-assistant", "stock", "ours");
    const text = await copyAndPublish("firm", "ours", "again");
    await save("again", text.replace(/^version: 1$/m, "version: 2").replace(/^title: .*$/m, "title: Another title"));
    await publish("again");

    await library.refresh?.();
    const listed = library.runbooks.map((one) => toSummary(one));

    expect(listed.map(({ id, version, copyOf }) => [id, version, copyOf])).toEqual([
      ["firm/again", 2, "home-assistant/stock"],
      ["firm/ours", 1, "home-assistant/stock"],
      ["home-assistant/stock", 1, null],
    ]);
  });
});

describe("publishing", () => {
  it("is one person's where it does no more than look, and starts count from then on", async () => {
    await save("look", look());

    const { published, approval } = await publish("look");

    expect(approval).toBeNull();
    expect(published).toMatchObject({ id: "firm/look", version: 1, publishedBy: "Ann", approvedBy: null });
    await library.refresh?.();
    expect(library.get("firm/look")).toMatchObject({ digest: published?.digest, isStock: false });
    expect(await handlers["runbook.draft.list"]({}, call())).toEqual({ items: [] });
    expect(await verifyChain(database.db, "firm")).toMatchObject({ whole: true });
  });

  it("needs a second person where the household would feel it, and is done as it was read", async () => {
    await save("cycle", cycle());

    const { published, approval } = await publish("cycle");
    expect(published).toBeNull();
    expect(approval).toMatchObject({ title: expect.stringContaining("firm/cycle version 1") });
    expect(await codeOf(approve(approval, ann))).toBe("not_allowed");
    expect(await versions("cycle").catch(() => [])).toEqual([]);

    await approve(approval, bob);
    expect(await versions("cycle")).toEqual([expect.objectContaining({ publishedBy: "Ann", approvedBy: "Bob" })]);
  });

  it("is void when the draft was edited after it was asked for", async () => {
    await save("cycle", cycle());
    const { approval } = await publish("cycle");
    await save("cycle", cycle().replace("off: 10s", "off: 20s"), 1);

    expect(await codeOf(approve(approval, bob))).toBe("already_done");
    expect(await versions("cycle").catch(() => [])).toEqual([]);
  });

  it("needs a second person also for what came in as a file or a copy", async () => {
    await handlers["runbook.import"]({ files: [{ file: "cycle.yaml", text: cycle() }] }, call());
    expect((await publish("cycle")).published).toBeNull();
  });

  it("in a firm of one waits an hour and is then confirmed by the same person", async () => {
    await database.db.updateTable("person").set({ disabledAt: new Date() }).where("name", "=", "Bob").execute();
    await save("cycle", cycle());
    const { approval } = await publish("cycle");

    expect(await codeOf(approve(approval, ann))).toBe("not_allowed");
    await clock.forward(3_600_000);
    await approve(approval, ann);

    expect(await versions("cycle")).toHaveLength(1);
  });

  it("counts versions one by one, and none is ever changed, not even in the database", async () => {
    await save("look", look());
    await publish("look");
    await save("look", look(1));
    expect(await codeOf(publish("look"))).toBe("invalid_runbook");
    await save("look", look(2), 1);
    await publish("look", 2);

    expect((await versions("look")).map(({ version }) => version)).toEqual([2, 1]);
    const change = database.db
      .updateTable("runbookPublished")
      .set({ text: "other" })
      .where("version", "=", 1)
      .execute();
    await expect(change).rejects.toThrow("never changed");
    await expect(database.db.deleteFrom("runbookPublished").execute()).rejects.toThrow("never changed");
  });

  it("is seen by another hub on the same database before it starts the next run", async () => {
    const other = createLivingLibrary(database.db, stock);
    await other.refresh?.();
    await save("look", look());
    await publish("look");

    await other.refresh?.();

    expect(other.get("firm/look")?.digest).toBe((await versions("look"))[0]?.digest);
  });
});

describe("a run", () => {
  it("goes on with the version it began with when another is published meanwhile, also on another hub", async () => {
    const waiting = (version: number, outcome: string): string =>
      runbookOf(
        "firm/wait",
        `
  - wait: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    within: 5m
    next: { pass: { end: healthy }, fail: { end: ${outcome} }, unknown: { end: unclear } }`,
      ).replace("version: 1", `version: ${version}`);
    await save("wait", waiting(1, "found"));
    await publish("wait");
    const test = createTestRuns(database.db, library);
    test.house.setBridge("wedged");
    const home = await buildHome(database.db);
    const runId = await test.start(home, "firm/wait", { inputs: { service: home.integration } });
    await test.runs.engine.settle();

    await save("wait", waiting(2, "needs_visit"));
    await publish("wait");
    const later = await test.start(home, "firm/wait", { inputs: { service: home.integration } });
    await test.forward("6m", test.another());

    expect(await test.run(runId)).toMatchObject({ runbookVersion: 1, outcome: "found" });
    expect(await test.run(later)).toMatchObject({ runbookVersion: 2, outcome: "needs_visit" });
    await test.close();
  });

  it("of a retired runbook is not started, and one that goes on ends", async () => {
    await save("look", look());
    await publish("look");
    await handlers["runbook.retire"]({ name: "look", reason: "Replaced by the stock one" }, call());
    const test = createTestRuns(database.db, library);
    const home = await buildHome(database.db);

    await expect(test.start(home, "firm/look")).rejects.toMatchObject({ code: "not_found" });
    expect(await codeOf(handlers["runbook.retire"]({ name: "look", reason: "Again" }, call()))).toBe("already_done");
    expect(await handlers["runbook.version.list"]({ name: "look" }, call())).toMatchObject({ retired: { by: "Ann" } });

    // Published anew, it can be started again.
    await save("look", look(2));
    await publish("look");
    await library.refresh?.();
    expect(library.get("firm/look" as RunbookId)).toMatchObject({ runbook: { version: 2 } });
    await test.close();
  });

  it("is not started of one whose used runbook is another since it was published", async () => {
    const using = runbookOf(
      "firm/uses",
      "\n  - use: it\n    runbook: home-assistant/stock\n    with: { service: $service }\n  - end: found",
    );
    const draft = await save("uses", using);
    expect(draft.verdict.mistakes).toEqual([]);
    await publish("uses");
    const updated = testLibrary([
      runbookOf("home-assistant/stock", ALIVE.replace("fail: { end: found }", "fail: { end: needs_visit }")),
    ]);
    const after = createLivingLibrary(database.db, updated);
    await after.refresh?.();

    await library.refresh?.();
    expect(library.get("firm/uses")).toBeDefined();
    expect(after.get("firm/uses")).toBeUndefined();
  });
});

describe("files", () => {
  it("come in as drafts, each with its verdict, and a bad one or a name that is taken loses none of the others", async () => {
    await save("taken", look(1, "firm/taken"));

    const { items } = await handlers["runbook.import"](
      {
        files: [
          { file: "a/look.yaml", text: look() },
          { file: "broken.yaml", text: "id: firm/broken\nversion: [" },
          { file: "taken.yaml", text: look(1, "firm/taken") },
        ],
      },
      call(),
    );

    expect(items.map(({ name, refused, verdict }) => [name, refused !== null, verdict.ok])).toEqual([
      ["look", false, true],
      ["broken", false, false],
      [null, true, true],
    ]);
  });

  it("go out letter by letter as they were published", async () => {
    const text = `# ours\n${look()}\n\n`;
    await save("look", text);
    await publish("look");

    expect((await handlers["runbook.version.get"]({ name: "look", version: 1 }, call())).text).toBe(text);
  });

  it("are compared line by line, and with the draft", async () => {
    await save("look", look());
    await publish("look");
    await save("look", look(2).replace("15m", "20m"));

    const { lines, added, removed } = await handlers["runbook.diff"]({ name: "look", from: 1 }, call());

    expect([added, removed]).toEqual([2, 2]);
    expect(lines.filter(({ kind }) => kind !== "same").map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      "removed version: 1",
      "added version: 2",
      "removed limit: 15m",
      "added limit: 20m",
    ]);
    expect(lines.filter(({ kind }) => kind !== "added").map(({ text }) => text)).toEqual(look().trimEnd().split("\n"));
  });
});
