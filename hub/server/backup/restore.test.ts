import type { BundleManifest } from "@caretaker/protocol";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { migrations } from "../db/migrations/index.ts";
import { emptyDatabase, type TestDatabase, testDatabase } from "../db/test-database.ts";
import { verifyChain } from "../ledger/read.ts";
import { buildHome, createTestRuns, runbookOf, type TestRuns, testLibrary } from "../runs/test-helpers.ts";
import { dealWithRestore } from "../standstill/restored.ts";
import { mayStartByItself, readStandstill } from "../standstill/standstill.ts";
import { checkBundle } from "./read-bundle.ts";
import { restoreBundle } from "./restore.ts";
import { KEPT, LEFT_OUT } from "./tables.ts";
import { bundleOf, each } from "./test-bundles.ts";

const CYCLING = runbookOf(
  "cycling",
  `
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
  - end: fixed`,
);

let database: TestDatabase;
let other: TestDatabase;
let test: TestRuns;

beforeAll(async () => {
  [database, other] = await Promise.all([testDatabase(), emptyDatabase()]);
  test = createTestRuns(database.db, testLibrary([CYCLING]));
});
afterEach(async () => {
  await other.drop();
  other = await emptyDatabase();
});
afterAll(async () => {
  await test.close();
  await Promise.all([database.drop(), other.drop()]);
});

/** A run that waits for the homeowner, and one that was allowed and is about to act. */
async function asked() {
  const home = await buildHome(database.db);
  test.house.setBridge("wedged");
  const runId = await test.start(home, "cycling", { inputs: { service: home.integration, bridge: home.bridge } });
  await test.runs.engine.settle();
  return { home, runId };
}

const silent = { warn: () => {} };
const restart = (db: TestDatabase["db"]) => dealWithRestore({ db, consent: test.deps.consent as never, log: silent });

describe("a backup", () => {
  it("is the same again once it was restored: everything is there as it was, numbers go on behind the last", async () => {
    const { home } = await asked();
    const before = await bundleOf(database.url);

    await restoreBundle({ db: other.db, lines: () => each(before), isReplaced: false });
    const after = await bundleOf(other.url);

    expect(after).toEqual(before);
    const { number } = await other.db
      .selectFrom("site")
      .select("number")
      .where("id", "=", home.siteId)
      .executeTakeFirstOrThrow();
    const next = await buildHome(other.db);
    const later = await other.db
      .selectFrom("site")
      .select("number")
      .where("id", "=", next.siteId)
      .executeTakeFirstOrThrow();
    expect(later.number).toBeGreaterThan(number);
  });

  it("says of every table whether it is in it", async () => {
    const { rows } = await sql<{
      tablename: string;
    }>`select tablename from pg_tables where schemaname = 'public'`.execute(database.db);

    expect(rows.map(({ tablename }) => tablename).sort()).toEqual([...KEPT, ...Object.keys(LEFT_OUT)].sort());
  });

  it("holds nothing that signs somebody in, and no key", async () => {
    const at = new Date();
    const id = "019aa000-0000-7000-8000-0000000000aa";
    await database.db
      .insertInto("person")
      .values({ id, name: "Sam", email: "sam@installers.example", role: "senior", createdAt: at, updatedAt: at })
      .execute();
    await database.db
      .insertInto("browserSession")
      .values({
        id,
        token: "canary-session",
        userId: id,
        expiresAt: at,
        factorAt: null,
        createdAt: at,
        updatedAt: at,
      } as never)
      .execute();
    await database.db
      .insertInto("signInLink")
      .values({ tokenHash: "canary-link", personId: id, expiresAt: at })
      .execute();
    await sql`insert into sign_in_verification values (${id}, 'canary-code', 'canary-code', now(), now(), now())`.execute(
      database.db,
    );
    await database.db
      .insertInto("hubMemory")
      .values({ key: "canary-memory", value: JSON.stringify({ of: "canary" }), changedAt: at })
      .execute();

    const text = (await bundleOf(database.url)).join("\n");

    expect(text).not.toContain("canary");
    expect(text).toContain("sam@installers.example");
  });

  it("keeps the agents of homes with their keys, and no code that would let another in", async () => {
    const { siteId } = await buildHome(database.db);
    const [at, id] = [new Date(), "019aa000-0000-7000-8000-0000000000ac"];
    const agent = { id, siteId, publicKey: "its-public-key", fingerprint: "K7QM-24TB-X0ZD", status: "paired" } as const;
    await database.db
      .insertInto("agent")
      .values({ ...agent, pairedAt: at, pairedBy: "hub" })
      .execute();
    await database.db
      .insertInto("agentPairing")
      .values({ id, siteId, lookup: "canary-lookup", sealedCode: "{}", madeBy: "hub", madeAt: at, expiresAt: at })
      .execute();
    const lines = await bundleOf(database.url);

    await restoreBundle({ db: other.db, lines: () => each(lines), isReplaced: false });

    expect(lines.join("\n")).not.toContain("canary");
    expect(await other.db.selectFrom("agent").selectAll().execute()).toMatchObject([agent]);
    expect(await other.db.selectFrom("agentPairing").select("id").execute()).toEqual([]);
  });

  it("is refused where it was made by a newer hub, with what is not known", async () => {
    const lines = await bundleOf(database.url);
    const older = migrations.slice(0, -1);

    await expect(
      restoreBundle({ db: other.db, lines: () => each(lines), isReplaced: false, migrations: older }),
    ).rejects.toMatchObject({ code: "bundle_newer", message: expect.stringContaining(migrations.at(-1)?.id ?? "") });
  });

  it("of an older hub is brought up to date", async () => {
    const lines = await bundleOf(database.url);
    const added = {
      id: "9999-later",
      up: async (db: never) => void (await sql`alter table site add later text not null default 'added'`.execute(db)),
    };

    await restoreBundle({
      db: other.db,
      lines: () => each(lines),
      isReplaced: false,
      migrations: [...migrations, added],
    });

    const { rows } = await sql<{ later: string }>`select distinct later from site`.execute(other.db);
    expect(rows).toEqual([{ later: "added" }]);
  });

  it("is not put over another firm's data unless that is said, and then nothing of it is left", async () => {
    const lines = await bundleOf(database.url);
    await restoreBundle({ db: other.db, lines: () => each(lines), isReplaced: false });
    await other.db.updateTable("firm").set({ name: "Another firm" }).execute();

    await expect(restoreBundle({ db: other.db, lines: () => each(lines), isReplaced: false })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("Another firm"),
    });
    expect(await other.db.selectFrom("firm").select("name").executeTakeFirst()).toEqual({ name: "Another firm" });

    await restoreBundle({ db: other.db, lines: () => each(lines), isReplaced: true });
    expect(await other.db.selectFrom("firm").select("name").executeTakeFirst()).toEqual({ name: "Bright Homes" });
  });
});

describe("a damaged backup", () => {
  it("is refused and named, whatever was done to it, and nothing is written", async () => {
    const lines = await bundleOf(database.url);
    const contacts = lines.findIndex((line) => line.startsWith('{"table":"contact"'));
    const replaced = (at: number, ...by: string[]) => lines.toSpliced(at, 1, ...by);
    const cases: readonly [string, string[], RegExp][] = [
      ["a letter changed", replaced(contacts + 1, (lines[contacts + 1] ?? "").replace("Anna", "Anne")), /contact/],
      ["a row missing", replaced(contacts + 1), /contact/],
      ["a row twice", replaced(contacts + 1, lines[contacts + 1] ?? "", lines[contacts + 1] ?? ""), /contact/],
      [
        "a line that is no JSON",
        replaced(contacts + 1, '["half'),
        new RegExp(`line ${contacts + 2} in the table contact`),
      ],
      ["a tail cut off", lines.slice(0, -1), /ends before its end/],
      ["a table cut out", lines.filter((_line, at) => at < contacts || !isOf(lines, at, "contact")), /line \d+/],
      ["the beginning cut off", lines.slice(1), /line 1/],
      ["something behind its end", [...lines, "[]"], /behind its end/],
      ["an empty file", [], /ends before its end/],
      [
        "another manifest",
        [JSON.stringify({ ...(JSON.parse(lines[0] ?? "") as BundleManifest), firm: "Other" }), ...lines.slice(1)],
        /not what was written/,
      ],
    ];
    for (const [what, damaged, words] of cases) {
      await expect(
        restoreBundle({ db: other.db, lines: () => each(damaged), isReplaced: true }),
        what,
      ).rejects.toMatchObject({
        code: "bundle_damaged",
        message: expect.stringMatching(words),
      });
    }
    const { rows } = await sql`select 1 from pg_tables where schemaname = 'public'`.execute(other.db);
    expect(rows).toEqual([]);
  });

  it("is whole when nothing was done to it", async () => {
    const lines = await bundleOf(database.url);

    expect(await checkBundle(each(lines))).toMatchObject({ manifest: { firm: "Bright Homes" }, tables: KEPT.length });
  });
});

describe("a hub that starts on a restored database", () => {
  it("ends what had not ended as unclear, grants nothing any more, sends nothing, and waits for a person", async () => {
    const waiting = await asked();
    const allowed = await asked();
    const { link } = test;
    const token = test.token();
    const view = await link.view(token);
    await link.answer({ token, answer: "allow", proposalCode: view.proposalCode });
    const lines = await bundleOf(database.url);
    const sent = test.house.acts.length;
    await restoreBundle({ db: other.db, lines: () => each(lines), isReplaced: false });

    await restart(other.db);
    const again = createTestRuns(other.db, testLibrary([CYCLING]));
    await again.forward("2h");

    for (const { runId, home } of [waiting, allowed]) {
      const run = await again.run(runId);
      expect(run).toMatchObject({
        status: "finished",
        outcome: "unclear",
        note: expect.stringContaining("restored from a backup"),
      });
      expect(await verifyChain(other.db, home.siteId)).toMatchObject({ whole: true });
    }
    const requests = await other.db.selectFrom("consentRequest").select("status").execute();
    expect(requests.filter(({ status }) => status === "asked" || status === "allowed")).toEqual([]);
    expect(again.house.acts.length + test.house.acts.length).toBe(sent);
    expect(await readStandstill(other.db)).toMatchObject({ why: "restored", backupOf: "2026-11-27T03:00:00.000Z" });
    expect(await other.db.transaction().execute((trx) => mayStartByItself(trx))).toBe(false);
    expect(await verifyChain(other.db, "firm")).toMatchObject({ whole: true });
    await again.close();
  });

  it("does so once, however often it starts", async () => {
    const lines = await bundleOf(database.url);
    await restoreBundle({ db: other.db, lines: () => each(lines), isReplaced: false });

    await restart(other.db);
    await restart(other.db);

    const entries = await other.db
      .selectFrom("ledgerEntry")
      .select("event")
      .where("event", "=", "hub.restored")
      .execute();
    expect(entries).toHaveLength(1);
  });

  it("tells no homeowner what waited to be told when the backup was made", async () => {
    await database.db
      .insertInto("message")
      .values({
        id: "019aa000-0000-7000-8000-0000000000ab",
        toAddress: "anna@lee.example",
        toName: "Anna",
        subject: "A question",
        sealedBody: JSON.stringify({}),
        status: "waiting",
        createdAt: new Date(),
        nextTryAt: new Date(),
      })
      .execute();
    const lines = await bundleOf(database.url);

    await restoreBundle({ db: other.db, lines: () => each(lines), isReplaced: false });

    const messages = await other.db
      .selectFrom("message")
      .select(["status", "nextTryAt", "error", "sealedBody"])
      .execute();
    expect(messages).toEqual([
      { status: "failed", nextTryAt: null, sealedBody: null, error: expect.stringContaining("restored from a backup") },
    ]);
  });
});

function isOf(lines: readonly string[], at: number, table: string): boolean {
  const from = lines.findIndex((line) => line.startsWith(`{"table":"${table}"`));
  const to = lines.findIndex((line) => line.startsWith(`{"endOf":"${table}"`));
  return at >= from && at <= to;
}
