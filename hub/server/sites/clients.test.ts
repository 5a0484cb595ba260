import { type Actor, type ClientId, operations, type PersonId, type SessionId, type SiteId } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAnnouncements } from "../announcements.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import type { Call } from "../http/handler.ts";
import { listEntries } from "../ledger/read.ts";
import { eraseContact } from "../privacy/erase-contact.ts";
import { sitesHandlers } from "./handlers.ts";

const actor: Actor = {
  kind: "person",
  id: newId<PersonId>(),
  name: "Bo",
  role: "dispatcher",
  sessionId: "s" as SessionId,
  factorAt: null,
};
const call: Call = {
  actor,
  requestId: "r",
  now: new Date("2026-11-22T18:00:00.000Z"),
  signal: new AbortController().signal,
};

let database: TestDatabase;
let handlers: ReturnType<typeof sitesHandlers>;
let changed: SiteId[];

beforeEach(async () => {
  database = await testDatabase();
  const at = call.now;
  await database.db
    .insertInto("person")
    .values({
      id: actor.id,
      name: actor.name,
      email: "bo@firm.example",
      role: "dispatcher",
      createdAt: at,
      updatedAt: at,
    })
    .execute();
  changed = [];
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  announcements.on("site.changed", ({ siteId }) => changed.push(siteId));
  handlers = sitesHandlers({
    db: database.db,
    announcements,
    live: { rows: () => [], site: () => undefined },
    destroySecrets: async () => {},
    cutAgent: () => {},
    keepRemovedSiteDays: 30,
    queueMessage: async () => {},
  });
});
afterEach(() => database.drop());

async function clientWith(...names: string[]): Promise<{ clientId: ClientId; siteIds: SiteId[] }> {
  const client = await handlers["client.create"]({ name: "Wilhelmina Lee", phone: "+31 20 123 4567" }, call);
  const siteIds: SiteId[] = [];
  for (const name of names) {
    const input = operations["site.create"].input.parse({
      clientId: client.id,
      name,
      timeZone: "Europe/Amsterdam",
      consent: { scopes: ["diagnose"], evidence: "contract", givenBy: "The owner" },
    });
    siteIds.push((await handlers["site.create"](input, call)).id);
  }
  changed.length = 0;
  return { clientId: client.id, siteIds };
}

const entriesOf = async (chain: SiteId | "firm") =>
  (await listEntries(database.db, { chain, before: undefined, limit: 50 })).filter(
    ({ event }) => event === "client.changed",
  );

describe("a client who is called otherwise now", () => {
  it("is called so at each of their homes, and each home's ledger tells it", async () => {
    const { clientId, siteIds } = await clientWith("Canal house", "Beach house");

    const client = await handlers["client.update"]({ clientId, version: 1, name: "Vos", phone: null }, call);

    expect(client).toMatchObject({ name: "Vos", phone: null, version: 2 });
    expect(changed.toSorted()).toEqual(siteIds.toSorted());
    for (const siteId of siteIds) {
      expect(await handlers["site.get"]({ siteId }, call)).toMatchObject({ clientName: "Vos", clientPhone: null });
      expect(await entriesOf(siteId)).toMatchObject([
        { actor: `person:${actor.id}`, payload: { clientId, changes: { name: "Vos", phone: null } } },
      ]);
    }
  });

  it("stands in the firm's ledger, which outlives them, without a word of it", async () => {
    const { clientId } = await clientWith("Canal house");

    await handlers["client.update"]({ clientId, version: 1, name: "Vos", email: "vos@example.org" }, call);

    const [entry] = await entriesOf("firm");
    expect(entry?.payload).toEqual({ clientId, fields: ["name", "email"] });
  });

  it("is not brought back by the ledger after somebody of that name was erased", async () => {
    const { clientId, siteIds } = await clientWith("Canal house");
    const siteId = siteIds[0] as SiteId;
    const contact = await handlers["contact.add"](
      { siteId, name: "Wilhelmina Lee", role: "owner", language: "en" },
      call,
    );
    const erase = { siteId, contactId: contact.id, reason: "They asked for it", actor, now: call.now } as const;
    expect(await eraseContact(database.db, erase)).toMatchObject({ stillNamed: ["client"] });

    await handlers["client.update"]({ clientId, version: 1, name: "Canal house, owner" }, call);

    const entries = await listEntries(database.db, { chain: siteId, before: undefined, limit: 50 });
    expect(JSON.stringify(entries)).not.toContain("Wilhelmina");
    expect(JSON.stringify(await handlers["client.get"]({ clientId }, call))).not.toContain("Wilhelmina");
  });

  it("is refused to whoever looked before somebody else changed it, who is named, with what was changed", async () => {
    const { clientId } = await clientWith("Canal house");
    await handlers["client.update"]({ clientId, version: 1, email: "lee@example.org" }, call);

    await expect(handlers["client.update"]({ clientId, version: 1, name: "Vos" }, call)).rejects.toMatchObject({
      code: "changed_meanwhile",
      message: expect.stringContaining("changed by Bo (email)"),
    });
    expect(await handlers["client.get"]({ clientId }, call)).toMatchObject({ name: "Wilhelmina Lee", version: 2 });
  });

  it("changes nothing and writes nothing where all is as it was", async () => {
    const { clientId, siteIds } = await clientWith("Canal house");

    expect(await handlers["client.update"]({ clientId, version: 1, name: "Wilhelmina Lee" }, call)).toMatchObject({
      version: 1,
    });

    expect(changed).toEqual([]);
    expect(await entriesOf(siteIds[0] as SiteId)).toEqual([]);
  });
});

describe("a client", () => {
  it("is shown with their homes, also one that left, and until when that is kept", async () => {
    const { clientId, siteIds } = await clientWith("Canal house", "Beach house");
    await handlers["site.remove"]({ siteId: siteIds[1] as SiteId, reason: "Moved away" }, call);

    const { sites } = await handlers["client.get"]({ clientId }, call);

    expect(sites).toMatchObject([
      { name: "Canal house", removedAt: null, erasedAfter: null },
      { name: "Beach house", removedAt: "2026-11-22T18:00:00.000Z", erasedAfter: "2026-12-22T18:00:00.000Z" },
    ]);
  });

  it("whose words went with the last home is in no list, cannot be changed, and is as one that never was", async () => {
    const { clientId } = await clientWith("Canal house");
    await database.db.updateTable("client").set({ name: "(erased)" }).execute();

    expect((await handlers["client.list"]({ limit: 10 }, call)).items).toEqual([]);
    await expect(handlers["client.get"]({ clientId }, call)).rejects.toMatchObject({ code: "not_found" });
    const update = handlers["client.update"]({ clientId, version: 1, name: "Vos" }, call);
    await expect(update).rejects.toMatchObject({ code: "not_found" });
    await expect(handlers["client.get"]({ clientId: newId<ClientId>() }, call)).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
