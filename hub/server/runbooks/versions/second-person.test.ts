import { setTimeout as delay } from "node:timers/promises";
import type { Actor } from "@caretaker/protocol";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../db/database.ts";
import { silentLog } from "../../db/log.ts";
import { type TestDatabase, testDatabase } from "../../db/test-database.ts";
import { digestOf } from "../../ledger/canonical.ts";
import { testLibrary } from "../../runs/test-helpers.ts";
import type { Library } from "../library.ts";
import { ALIVE, CYCLING, codeOf, createTestVersions, type TestVersions, USING, written } from "./test-helpers.ts";

let database: TestDatabase;
let stock: Library;
let test: TestVersions;
let ann: Actor;
let bob: Actor;

beforeEach(async () => {
  database = await testDatabase();
  stock = testLibrary([written("home-assistant/stock", ALIVE), written("home-assistant/cycle", CYCLING)]);
  test = createTestVersions(database.db, stock);
  ann = await test.person("Ann");
  bob = await test.person("Bob");
});
afterEach(() => database.drop());

const cycle = (version = 1): string => written("firm/cycle", CYCLING, version);
const statuses = () =>
  database.db
    .selectFrom("approval")
    .select(["status", "refusedBecause"])
    .orderBy("requestedAt")
    .orderBy("id")
    .execute();
const published = () => database.db.selectFrom("runbookPublished").select(["id", "version"]).execute();

describe("S-4EYES: whoever wrote it never approves it", () => {
  it("is so for what he wrote, took in as a file, copied, and asked for with a key of his", async () => {
    await test.save(ann, "cycle", cycle());
    const file = { file: "filed.yaml", text: written("firm/filed", CYCLING) };
    await test.handlers["runbook.import"]({ files: [file] }, test.call(ann));
    await test.handlers["runbook.copy"]({ connector: "home-assistant", name: "cycle", to: "copied" }, test.call(ann));
    await test.save(ann, "keyed", written("firm/keyed", CYCLING));

    const asked = [
      await test.ask(ann, "cycle"),
      await test.ask(ann, "filed"),
      await test.ask(ann, "copied"),
      await test.ask(await test.key(ann), "keyed"),
    ];

    for (const { published: alone, approval } of asked) {
      expect(alone).toBeNull();
      expect(await codeOf(test.approve(ann, approval))).toBe("not_allowed");
      expect(await codeOf(test.approve(await test.key(ann), approval))).toBe("not_allowed");
      expect(await codeOf(test.approve(await test.key(bob), approval))).toBe("not_allowed");
    }
    expect(await published()).toEqual([]);
    for (const { approval } of asked) await test.approve(bob, approval);
    expect(await published()).toHaveLength(4);
  });

  it("is asked for where only a runbook that it uses, or one that this uses, does what needs two", async () => {
    await test.save(ann, "uses", written("firm/uses", USING("home-assistant/cycle")));
    const first = await test.ask(ann, "uses");
    expect(first).toMatchObject({ published: null, approval: { status: "waiting" } });
    await test.approve(bob, first.approval);

    await test.save(ann, "deeper", written("firm/deeper", USING("firm/uses")));
    expect((await test.ask(ann, "deeper")).published).toBeNull();
    await test.save(
      ann,
      "looks",
      written("firm/looks", USING("home-assistant/stock").replace(", bridge: $bridge", "")),
    );
    expect((await test.ask(ann, "looks")).published).toMatchObject({ approvedBy: null });
  });
});

describe("what was asked for and is another now", () => {
  it("is taken back by itself when only a comment is edited, says so, and is asked for anew at once", async () => {
    await test.save(ann, "cycle", `# Off for ten seconds.\n${cycle()}`);
    const { approval } = await test.ask(ann, "cycle");
    await test.save(ann, "cycle", `# Approved by the maker, no need to read on.\n${cycle()}`, 1);

    expect(await codeOf(test.approve(bob, approval))).toBe("already_done");
    expect(await statuses()).toEqual([
      { status: "withdrawn", refusedBecause: expect.stringContaining("changed after this was asked for") },
    ]);
    expect((await test.ask(ann, "cycle", 2)).approval).toMatchObject({ status: "waiting" });
    const entries = await database.db.selectFrom("ledgerEntry").select("event").where("chain", "=", "firm").execute();
    expect(entries.map(({ event }) => event).filter((event) => event.startsWith("approval."))).toEqual([
      "approval.requested",
      "approval.refused",
      "approval.requested",
    ]);
  });

  it("is not published where the text was changed behind it, letter by letter", async () => {
    await test.save(ann, "cycle", `# ten\n${cycle()}`);
    const { approval } = await test.ask(ann, "cycle");
    await database.db
      .updateTable("runbookDraft")
      .set({ text: `# six\n${cycle()}` })
      .execute();

    expect(await codeOf(test.approve(bob, approval))).toBe("changed_meanwhile");
    expect(await published()).toEqual([]);
  });

  it("still waits when the same text is saved again", async () => {
    await test.save(ann, "cycle", cycle());
    const { approval } = await test.ask(ann, "cycle");
    const saved = await test.save(bob, "cycle", cycle(), 1);

    expect(saved).toMatchObject({ askedBy: "Ann" });
    expect(await codeOf(test.approve(bob, approval))).toBe("done");
  });

  it("is taken back when the draft is thrown away", async () => {
    await test.save(ann, "cycle", cycle());
    await test.ask(ann, "cycle");
    await test.handlers["runbook.draft.remove"]({ name: "cycle", rowVersion: 1 }, test.call(bob));

    expect(await statuses()).toEqual([{ status: "withdrawn", refusedBecause: "The draft was thrown away." }]);
  });

  it("is asked for anew where what it uses was published again meanwhile", async () => {
    await test.save(ann, "part", written("firm/part", CYCLING));
    await test.approve(bob, (await test.ask(ann, "part")).approval);
    await test.save(ann, "whole", written("firm/whole", USING("firm/part")));
    const { approval } = await test.ask(ann, "whole");
    await test.save(ann, "part", written("firm/part", CYCLING.replace("off: 10s", "off: 20s"), 2));
    await test.approve(bob, (await test.ask(ann, "part")).approval);

    expect(await codeOf(test.approve(bob, approval))).toBe("changed_meanwhile");
    const again = await test.ask(ann, "whole");

    expect(again.approval?.digest).not.toBe(approval?.digest);
    expect((await statuses()).map(({ status }) => status)).toEqual(["given", "withdrawn", "given", "waiting"]);
    expect(await codeOf(test.approve(bob, again.approval))).toBe("done");
  });
});

describe("publishing with a second person", () => {
  it("needs one connection and no more, so that a full pool never holds it up", async () => {
    await test.save(ann, "cycle", cycle());
    const { approval } = await test.ask(ann, "cycle");
    const narrow = openDatabase({ url: database.url, log: silentLog, maxConnections: 1 });
    const there = createTestVersions(narrow, stock);

    const done = await Promise.race([codeOf(there.approve(bob, approval)), delay(10_000, "waits")]);
    await narrow.destroy();

    expect(done).toBe("done");
  });

  it("keeps what it was copied from, with the whole digest", async () => {
    await test.handlers["runbook.copy"]({ connector: "home-assistant", name: "cycle", to: "cycle" }, test.call(ann));
    await test.approve(bob, (await test.ask(ann, "cycle")).approval);
    const origin = `home-assistant/cycle version 1 ${stock.get("home-assistant/cycle")?.digest}`;
    const { items } = await test.handlers["runbook.version.list"]({ name: "cycle" }, test.call(ann));

    expect(items).toMatchObject([{ copiedFrom: origin, isAlone: false }]);
    expect(origin).toMatch(/[0-9a-f]{64}$/);
    const payload = await database.db
      .selectFrom("ledgerPayload")
      .select("payload")
      .where("chain", "=", "firm")
      .execute();
    expect(payload.map((one) => JSON.parse(one.payload ?? "{}").copiedFrom)).toContain(origin);
  });

  it("keeps its origin, not even the database changes it", async () => {
    await test.handlers["runbook.copy"]({ connector: "home-assistant", name: "cycle", to: "cycle" }, test.call(ann));
    await test.approve(bob, (await test.ask(ann, "cycle")).approval);

    const change = database.db.updateTable("runbookPublished").set({ copiedFrom: null }).execute();
    await expect(change).rejects.toThrow("never changed");
  });

  it("is bound to the text and to the digest of what it says", async () => {
    await test.save(ann, "cycle", cycle());
    const { approval } = await test.ask(ann, "cycle");

    expect(approval?.details).toMatchObject({ textDigest: digestOf(cycle()), digest: expect.any(String) });
  });

  it("is never undone: the table of what was published cannot be emptied either", async () => {
    await test.save(ann, "cycle", cycle());
    await test.approve(bob, (await test.ask(ann, "cycle")).approval);

    await expect(sql`truncate runbook_published`.execute(database.db)).rejects.toThrow("never changed");
    await expect(sql`truncate runbook_published cascade`.execute(database.db)).rejects.toThrow("never changed");
    expect(await published()).toHaveLength(1);
  });
});
