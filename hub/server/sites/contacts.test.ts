import { type Actor, operations, type PersonId, type SessionId, type Site } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAnnouncements } from "../announcements.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import type { Call } from "../http/handler.ts";
import type { NewMessage } from "../mail/queue.ts";
import { sitesHandlers } from "./handlers.ts";

const NOW = new Date("2026-11-22T18:00:00.000Z");
const A_DAY_LATER = "2026-11-23T18:00:00.000Z";
const actor: Actor = {
  kind: "person",
  id: newId<PersonId>(),
  name: "Ann",
  role: "technician",
  sessionId: "s" as SessionId,
  factorAt: NOW.toISOString(),
};
const call: Call = { actor, requestId: "r", now: NOW, signal: new AbortController().signal };
const OWNER = { name: "Mrs Lee", role: "owner", language: "nl", email: "lee@example.com", phone: "+31 20 1234567" };
const ADULT = { name: "Mr Lee", role: "adult", language: "de", email: "mr@example.com" };
const MANAGER = { name: "Kim", role: "manager", email: "kim@example.com" };
const KNOWN = { verifiedBecause: "Called back" };

let database: TestDatabase;
let handlers: ReturnType<typeof sitesHandlers>;
let mailed: NewMessage[];

beforeEach(async () => {
  database = await testDatabase();
  const firm = { name: "Bright Homes", phone: null, timeZone: "UTC", country: "NL", language: "en" } as const;
  await database.db
    .insertInto("firm")
    .values({ ...firm, isDemo: false, createdAt: NOW })
    .execute();
  mailed = [];
  handlers = sitesHandlers({
    db: database.db,
    announcements: createAnnouncements((error) => {
      throw error;
    }),
    live: { rows: () => [], site: () => undefined },
    destroySecrets: async () => {},
    cutAgent: () => {},
    keepRemovedSiteDays: 30,
    queueMessage: async (_, message) => void mailed.push(message),
  });
});

afterEach(() => database.drop());

async function homeOf(...contacts: object[]): Promise<Site> {
  const client = await handlers["client.create"]({ name: "Lee" }, call);
  const site = operations["site.create"].input.parse({
    clientId: client.id,
    name: "Lee house",
    timeZone: "Europe/Amsterdam",
    contacts,
    consent: { scopes: ["diagnose"], evidence: "contract", givenBy: "Mrs Lee" },
  });
  return handlers["site.create"](site, call);
}

function add(site: Site, contact: object) {
  return handlers["contact.add"](operations["contact.add"].input.parse({ siteId: site.id, ...contact }), call);
}

function change(site: Site, changes: object, which = 0) {
  const input = operations["contact.update"].input.parse({ ...idsOf(site, which), ...changes });
  return handlers["contact.update"](input, call);
}

function remove(site: Site, which = 0, more: object = {}) {
  const input = operations["contact.remove"].input.parse({ ...idsOf(site, which), reason: "Moved away", ...more });
  return handlers["contact.remove"](input, call);
}

function idsOf(site: Site, which: number) {
  return { siteId: site.id, contactId: site.contacts[which]?.id };
}

const addresses = (): string[] => mailed.map(({ to }) => to.address);

describe("who may answer for a home", () => {
  it("does not rest when the home is new, nor when they are the first that it has", async () => {
    const site = await homeOf({ ...OWNER, ...KNOWN });
    const empty = await homeOf({ ...OWNER });

    const first = await add(empty, { ...ADULT, ...KNOWN });

    expect([site.contacts[0]?.restsUntil, first.restsUntil]).toEqual([null, null]);
    expect(mailed).toEqual([]);
  });

  it("rests for a day where others are there, who hear of it in their own language", async () => {
    const site = await homeOf({ ...OWNER, ...KNOWN }, { ...ADULT, ...KNOWN }, { ...MANAGER });

    const added = await add(site, { name: "Eve", role: "adult", email: "eve@example.com", ...KNOWN });

    expect(added.restsUntil).toBe(A_DAY_LATER);
    expect(addresses().sort()).toEqual(["lee@example.com", "mr@example.com"]);
    const textTo = (address: string) => mailed.find(({ to }) => to.address === address)?.text;
    expect(textTo("lee@example.com")).toContain("Eve mag nu ook antwoorden voor Lee house");
    expect(textTo("mr@example.com")).toContain("Eve darf jetzt auch für Lee house antworten");
  });

  it("rests from the moment on which the address is verified, and not anew each time it is", async () => {
    const site = await homeOf({ ...OWNER, ...KNOWN }, ADULT);
    const ids = idsOf(site, 1);
    const verify = (now: Date) =>
      handlers["contact.verify"](operations["contact.verify"].input.parse({ ...ids, because: "Called back" }), {
        ...call,
        now,
      });

    expect((await verify(NOW)).restsUntil).toBe(A_DAY_LATER);
    expect((await verify(new Date("2026-11-25T00:00:00Z"))).restsUntil).toBe(A_DAY_LATER);
    expect(addresses()).toEqual(["lee@example.com"]);
  });

  it("rests also where everybody before them was removed or has another address by now", async () => {
    const emptied = await homeOf({ ...OWNER, ...KNOWN });
    await remove(emptied, 0, { leavesNobody: true });
    const changed = await homeOf({ ...OWNER, ...KNOWN });
    await change(changed, { email: "other@example.com" });

    const both = [await add(emptied, { ...ADULT, ...KNOWN }), await add(changed, { ...ADULT, ...KNOWN })];

    expect(both.map(({ restsUntil }) => restsUntil)).toEqual([A_DAY_LATER, A_DAY_LATER]);
  });
});

describe("a contact that is changed", () => {
  it.each([
    ["email", { email: "new@example.com" }, "uw e-mailadres"],
    ["phone", { phone: "+31 20 7654321" }, "uw telefoonnummer"],
    ["no phone any more", { phone: null }, "uw telefoonnummer"],
  ])("rests for a day and hears of it at the old address: %s", async (_, changes, words) => {
    const site = await homeOf({ ...OWNER, ...KNOWN });

    const changed = await change(site, changes);

    expect(changed).toMatchObject({ ...changes, restsUntil: A_DAY_LATER });
    expect(addresses()).toEqual(["lee@example.com"]);
    expect(mailed[0]?.text).toContain(`Lee house is dit gewijzigd: ${words}.`);
    expect(mailed[0]?.text).not.toContain("new@example.com");
  });

  it("has to be verified at a new address, unless somebody says how he knows it", async () => {
    const [one, other] = [await homeOf({ ...OWNER, ...KNOWN }), await homeOf({ ...OWNER, ...KNOWN })];

    const unknown = await change(one, { email: "new@example.com" });
    const known = await change(other, { email: "new@example.com", verifiedBecause: "She told us in person" });

    expect([unknown.verifiedAt, known.verifiedAt]).toEqual([null, NOW.toISOString()]);
    expect([unknown.restsUntil, known.restsUntil]).toEqual([A_DAY_LATER, A_DAY_LATER]);
    await expect(change(other, { name: "Lee", verifiedBecause: "She told us" })).rejects.toMatchObject({
      fields: [{ path: "verifiedBecause" }],
    });
  });

  it("rests when a manager becomes one of the household, and not the other way", async () => {
    const site = await homeOf({ ...MANAGER, ...KNOWN }, { ...OWNER, ...KNOWN });

    const raised = await change(site, { role: "adult" });
    const lowered = await change(site, { role: "manager" }, 1);

    expect([raised.restsUntil, lowered.restsUntil]).toEqual([A_DAY_LATER, null]);
    expect(addresses()).toEqual(["kim@example.com"]);
  });

  it("does not rest for another name or language, for what stays as it is, nor when nobody knew the address", async () => {
    const site = await homeOf({ ...OWNER, ...KNOWN }, ADULT);

    const renamed = await change(site, { name: "Ms Lee", language: "fr", email: OWNER.email });
    const putRight = await change(site, { email: "mister@example.com" }, 1);

    expect(renamed).toMatchObject({ name: "Ms Lee", language: "fr", restsUntil: null });
    expect(putRight).toMatchObject({ email: "mister@example.com", restsUntil: null });
    expect(mailed).toEqual([]);
  });

  it("leaves in the ledger what it was and what it is", async () => {
    const site = await homeOf({ ...OWNER, ...KNOWN });

    await change(site, { email: "new@example.com" });

    const { payload } = await database.db
      .selectFrom("ledgerEntry")
      .innerJoin("ledgerPayload", (join) =>
        join
          .onRef("ledgerPayload.chain", "=", "ledgerEntry.chain")
          .onRef("ledgerPayload.number", "=", "ledgerEntry.number"),
      )
      .select("payload")
      .where("ledgerEntry.chain", "=", site.id)
      .where("event", "=", "contact.changed")
      .executeTakeFirstOrThrow();
    expect(JSON.parse(payload ?? "")).toMatchObject({
      changes: { email: "new@example.com" },
      was: { email: "lee@example.com" },
      restsUntil: A_DAY_LATER,
    });
  });
});

describe("a contact that is removed", () => {
  it("is told, and stands on the site's page no more", async () => {
    const site = await homeOf({ ...OWNER, ...KNOWN }, { ...ADULT, ...KNOWN });

    await remove(site, 1);

    const after = await handlers["site.get"]({ siteId: site.id }, call);
    expect(after.contacts.map(({ name }) => name)).toEqual(["Mrs Lee"]);
    expect(mailed.map(({ to, subject }) => [to.address, subject])).toEqual([
      ["mr@example.com", "Bright Homes fragt Sie nicht mehr"],
    ]);
    await expect(change(site, { name: "Back" }, 1)).rejects.toMatchObject({ code: "not_found" });
  });

  it("is not the last who may answer, unless whoever removes them says so", async () => {
    const site = await homeOf({ ...OWNER, ...KNOWN }, { ...MANAGER, ...KNOWN }, ADULT);

    await expect(remove(site)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("Mrs Lee") });
    await remove(site, 2);
    await remove(site, 1);
    await remove(site, 0, { leavesNobody: true });

    expect((await handlers["site.get"]({ siteId: site.id }, call)).contacts).toEqual([]);
  });

  it("is one of two, when both are removed at the same moment", async () => {
    const site = await homeOf({ ...OWNER, ...KNOWN }, { ...ADULT, ...KNOWN });

    const removed = await Promise.allSettled([remove(site, 0), remove(site, 1)]);

    expect(removed.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});
