import { createTestClock, type TestClock } from "@caretaker/kit";
import {
  type Actor,
  type ApprovalId,
  isCaretakerError,
  type PersonId,
  type Role,
  type SessionId,
} from "@caretaker/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAnnouncements } from "../announcements.ts";
import { transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import type { NewMessage } from "../mail/queue.ts";
import { addPerson } from "../people/people.ts";
import { buildHome } from "../runs/test-rows.ts";
import { giveApproval, refuseApproval } from "./answer.ts";
import { requestApproval } from "./request.ts";
import type { ApprovalRow, ApprovalsDeps, CarriesOut, Wish } from "./types.ts";

let database: TestDatabase;
let clock: TestClock;
let deps: ApprovalsDeps;
let done: ApprovalRow[];
let carriesOut: CarriesOut;
let messages: NewMessage[];

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database.drop());

beforeEach(async () => {
  await database.db.deleteFrom("approval").execute();
  await database.db.deleteFrom("person").execute();
  clock = createTestClock();
  messages = [];
  done = [];
  const carry: CarriesOut["freeze.lift"] = async (_trx, approval) => {
    done.push(approval);
    return [];
  };
  carriesOut = {
    "consent.emergency": carry,
    "freeze.lift": carry,
    "homes.more": carry,
    "rollout.wave": carry,
    "runbook.publish": carry,
  };
  deps = {
    db: database.db,
    now: async () => clock.now(),
    announcements: createAnnouncements((error) => {
      throw error;
    }),
    queueMessage: async (_trx, message) => void messages.push(message),
  };
});

async function person(name: string, role: Role = "senior"): Promise<Extract<Actor, { kind: "person" }>> {
  const email = `${name}@example.com`;
  const id = await transaction(database.db, (trx) => addPerson(trx, { name, email, role, password: "long enough" }));
  return { kind: "person", id, name, role, sessionId: "s" as SessionId, factorAt: null };
}

async function keyOf(maker: PersonId): Promise<Actor> {
  const id = newId<never>();
  const at = clock.now();
  await database.db
    .insertInto("apiKey")
    .values({
      id,
      name: "Script",
      role: "senior",
      prefix: "ct",
      hash: id,
      createdBy: "x",
      createdById: maker,
      createdAt: at,
      expiresAt: at,
    })
    .execute();
  return { kind: "key", id, name: "Script", role: "senior" };
}

const wish = (more: Partial<Wish> = {}): Wish => ({
  kind: "runbook.publish",
  subject: "our/door",
  title: "Publish our/door, version 2.",
  details: { digest: "abc" },
  siteIds: [],
  reason: "The lock needs it",
  ...more,
});

const ask = (actor: Actor, more?: Partial<Wish>): Promise<ApprovalRow> =>
  transaction(database.db, (trx) => requestApproval(deps, trx, wish(more), { actor, now: clock.now() }));
const give = ({ id, digest }: ApprovalRow, actor: Actor): Promise<ApprovalRow> =>
  giveApproval(deps, carriesOut, { approvalId: id as ApprovalId, digest, actor });
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "done",
    (error: unknown) => (isCaretakerError(error) ? error.code : Promise.reject(error)),
  );

describe("a second person", () => {
  it("does at once what was asked for, once, and says so in the firm's ledger", async () => {
    const [ann, bob] = [await person("Ann"), await person("Bob")];
    const approval = await ask(ann);

    const given = await give(approval, bob);

    expect(given).toMatchObject({ status: "given", approvedById: bob.id, executedAt: expect.any(String) });
    expect(done).toEqual([expect.objectContaining({ subject: "our/door", details: { digest: "abc" } })]);
    expect(await codeOf(give(approval, bob))).toBe("already_done");
    expect(done).toHaveLength(1);
    const entries = await database.db.selectFrom("ledgerEntry").select("event").where("chain", "=", "firm").execute();
    expect(entries.slice(-2).map(({ event }) => event)).toEqual(["approval.requested", "approval.given"]);
  });

  it("is never whoever asked, nor whoever made the key that asked: approver equals requester", async () => {
    const [ann, bob] = [await person("Ann"), await person("Bob")];
    const own = await ask(ann);
    const byKey = await ask(await keyOf(ann.id), { subject: "our/other" });

    expect(await codeOf(give(own, ann))).toBe("not_allowed");
    expect(await codeOf(give(byKey, ann))).toBe("not_allowed");
    expect(await codeOf(give(byKey, await keyOf(bob.id)))).toBe("not_allowed");
    expect(done).toEqual([]);
    expect(await codeOf(give(byKey, bob))).toBe("done");
  });

  it("has to be a senior or the principal at that moment", async () => {
    const [ann, tom, bob] = [await person("Ann"), await person("Tom", "technician"), await person("Bob")];
    const approval = await ask(ann);
    await database.db.updateTable("person").set({ disabledAt: clock.now() }).where("id", "=", bob.id).execute();

    expect(await codeOf(give(approval, tom))).toBe("not_allowed");
    expect(await codeOf(give(approval, bob))).toBe("not_allowed");
  });

  it("approves exactly what was read, and nothing that was changed behind it", async () => {
    const [ann, bob] = [await person("Ann"), await person("Bob")];
    const approval = await ask(ann);

    expect(await codeOf(give({ ...approval, digest: "0".repeat(64) }, bob))).toBe("changed_meanwhile");
    await database.db
      .updateTable("approval")
      .set({ details: JSON.stringify({ digest: "evil" }) })
      .execute();
    expect(await codeOf(give(approval, bob))).toBe("changed_meanwhile");
    expect(done).toEqual([]);
  });

  it("leaves it waiting when it could not be done", async () => {
    const [ann, bob] = [await person("Ann"), await person("Bob")];
    const approval = await ask(ann);
    const failing: CarriesOut = { ...carriesOut, "runbook.publish": () => Promise.reject(new Error("no")) };

    await expect(
      giveApproval(deps, failing, { approvalId: approval.id as ApprovalId, digest: approval.digest, actor: bob }),
    ).rejects.toThrow("no");

    expect(await codeOf(give(approval, bob))).toBe("done");
  });

  it("is asked one question at a time, which a refusal, taking it back, or three days end", async () => {
    const [ann, bob] = [await person("Ann"), await person("Bob")];
    const first = await ask(ann);
    expect(await codeOf(ask(ann))).toBe("conflict");

    await refuseApproval(deps, { approvalId: first.id as ApprovalId, reason: "Too wide", actor: bob });
    const second = await ask(ann);
    await refuseApproval(deps, { approvalId: second.id as ApprovalId, reason: "Mistaken", actor: ann });
    const third = await ask(ann);
    await clock.forward("73h");
    expect(await codeOf(give(third, bob))).toBe("gone");
    await ask(ann);

    const rows = await database.db
      .selectFrom("approval")
      .select("status")
      .orderBy("requestedAt")
      .orderBy("id")
      .execute();
    expect(rows.map(({ status }) => status)).toEqual(["refused", "withdrawn", "expired", "waiting"]);
  });

  it("lets one of two who approve at once do it", async () => {
    const [ann, bob, cas] = [await person("Ann"), await person("Bob"), await person("Cas")];
    const approval = await ask(ann);

    const codes = await Promise.all([codeOf(give(approval, bob)), codeOf(give(approval, cas))]);

    expect(codes.sort()).toEqual(["already_done", "done"]);
    expect(done).toHaveLength(1);
  });
});

describe("a firm of one", () => {
  it("waits an hour, tells the homeowner at once, and writes down that nobody else looked", async () => {
    const home = await buildHome(database.db);
    const ann = await person("Ann", "principal");
    await person("Tom", "technician");
    const approval = await ask(ann, { siteIds: [home.siteId] });

    expect(messages).toEqual([
      expect.objectContaining({ siteId: home.siteId, to: { name: "Anna Lee", address: "anna@lee.example" } }),
    ]);
    expect(messages[0]?.text).toMatch(/Ann works alone.*\n[\s\S]*ledger stands at [0-9a-f]{4}-[0-9a-f]{4}/);
    await clock.forward("59m");
    expect(await codeOf(give(approval, ann))).toBe("not_allowed");
    await clock.forward("61s");
    expect(await codeOf(give(approval, ann))).toBe("done");
    const payloads = await database.db
      .selectFrom("ledgerPayload")
      .select("payload")
      .where("chain", "=", home.siteId)
      .orderBy("number")
      .execute();
    expect(payloads.map(({ payload }) => JSON.parse(payload ?? "").alone)).toEqual([
      expect.stringContaining("no second person"),
      expect.stringContaining("no second person"),
    ]);
  });

  it("is no way round a colleague: neither one who joined meanwhile nor one who was shut out meanwhile", async () => {
    const ann = await person("Ann", "principal");
    const alone = await ask(ann);
    const bob = await person("Bob");
    await clock.forward("2h");
    expect(await codeOf(give(alone, ann))).toBe("not_allowed");

    const together = await ask(ann, { subject: "our/other" });
    await database.db.updateTable("person").set({ disabledAt: clock.now() }).where("id", "=", bob.id).execute();
    await clock.forward("2h");
    expect(await codeOf(give(together, ann))).toBe("not_allowed");
  });

  it("speaks to each homeowner in their language", async () => {
    const home = await buildHome(database.db);
    const ann = await person("Ann", "principal");
    for (const [language, word] of [
      ["nl", "Beste"],
      ["de", "Guten Tag"],
      ["fr", "Bonjour"],
    ] as const) {
      await database.db.updateTable("contact").set({ language }).where("siteId", "=", home.siteId).execute();
      await ask(ann, { subject: language, siteIds: [home.siteId] });
      expect(messages.at(-1)?.text).toContain(word);
    }
  });
});
