import {
  type Actor,
  type Client,
  type ClientId,
  type DeviceId,
  operations,
  type PersonId,
  type SessionId,
  type Site,
} from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Announcement, createAnnouncements } from "../announcements.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import type { Call } from "../http/handler.ts";

import { listEntries } from "../ledger/read.ts";
import type { NewMessage } from "../mail/queue.ts";
import { sitesHandlers } from "./handlers.ts";

const actor: Actor = {
  kind: "person",
  id: newId<PersonId>(),
  name: "Ann",
  role: "technician",
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
let announced: Announcement[];
let destroyed: string[];
let cut: string[];
let told: NewMessage[];

beforeEach(async () => {
  database = await testDatabase();
  await addPerson(actor.id, actor.name);
  announced = [];
  destroyed = [];
  cut = [];
  told = [];
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  for (const type of ["site.changed", "site.removed", "view.withdrawn", "device.changed", "gateway.removed"] as const)
    announcements.on(type, (announcement) => announced.push(announcement));
  handlers = sitesHandlers({
    db: database.db,
    announcements,
    live: { rows: () => [], site: () => undefined },
    destroySecrets: async (_, owner) => void destroyed.push(owner),
    cutAgent: (agentId) => void cut.push(agentId),
    keepRemovedSiteDays: 30,
    queueMessage: async (_, message) => void told.push(message),
  });
});

afterEach(() => database.drop());

/** Ledgers keep who it was by an id, so somebody has to be there whose name that is. */
async function addPerson(id: PersonId, name: string): Promise<void> {
  const at = call.now;
  await database.db
    .insertInto("person")
    .values({ id, name, email: `${name}@firm.example`, role: "technician", createdAt: at, updatedAt: at })
    .execute();
}

function newSite(client: Client, changes: Record<string, unknown> = {}) {
  return operations["site.create"].input.parse({
    clientId: client.id,
    name: "Lee house",
    timeZone: "Europe/Amsterdam",
    consent: { scopes: ["diagnose"], evidence: "contract", givenBy: "Mrs Lee" },
    ...changes,
  });
}

async function lee(changes: Record<string, unknown> = {}): Promise<Site> {
  return handlers["site.create"](newSite(await handlers["client.create"]({ name: "Lee" }, call), changes), call);
}

async function addGateway(site: Site): Promise<string> {
  const id = newId();
  await database.db
    .insertInto("gateway")
    .values({
      id,
      siteId: site.id,
      connector: "home-assistant",
      name: "HA",
      config: "{}",
      address: "http://h",
      reason: JSON.stringify({ code: "connecting" }),
      since: call.now,
      softwareVersion: null,
      isAdmin: null,
      createdAt: call.now,
    })
    .execute();
  return id;
}

async function addDevices(site: Site): Promise<[DeviceId, DeviceId]> {
  const gatewayId = await addGateway(site);
  const ids: [DeviceId, DeviceId] = [newId<DeviceId>(), newId<DeviceId>()];
  await database.db
    .insertInto("device")
    .values(ids.map((id) => ({ id, gatewayId, key: id, name: "Lamp", kind: "other" as const })))
    .execute();
  return ids;
}

async function ledgerOf(site: Site): Promise<string[]> {
  const rows = await database.db
    .selectFrom("ledgerEntry")
    .select("event")
    .where("chain", "=", site.id)
    .orderBy("number")
    .execute();
  return rows.map(({ event }) => event);
}

describe("a new site", () => {
  it("records each scope it includes, with its date, its evidence and when to review it", async () => {
    const site = await lee();

    expect(site.scopes.map(({ scope }) => scope)).toEqual(["reach", "view", "diagnose"]);
    expect(site.scopes[0]).toMatchObject({
      givenBy: "Mrs Lee",
      evidence: "contract",
      givenAt: "2026-11-22T18:00:00.000Z",
      reviewAt: "2027-11-22T18:00:00.000Z",
    });
    expect(await ledgerOf(site)).toEqual(["site.created", "scopes.changed"]);
  });

  it("is not made when its client does not exist, and nothing is left behind", async () => {
    await expect(handlers["site.create"](newSite({ id: newId<ClientId>() } as Client), call)).rejects.toMatchObject({
      code: "invalid_input",
    });

    expect(await database.db.selectFrom("ledgerEntry").selectAll().execute()).toEqual([]);
  });

  it("counts a contact as verified only when somebody says how he knows", async () => {
    const site = await lee({
      contacts: [
        { name: "Mrs Lee", role: "owner", email: "lee@example.com", verifiedBecause: "She wrote to us from it" },
        { name: "Mr Lee", role: "adult", email: "mr@example.com" },
      ],
    });

    expect(site.contacts.map(({ name, verifiedAt }) => [name, verifiedAt !== null])).toEqual([
      ["Mrs Lee", true],
      ["Mr Lee", false],
    ]);
    expect(await ledgerOf(site)).toEqual([
      "site.created",
      "contact.added",
      "contact.verified",
      "contact.added",
      "scopes.changed",
    ]);
  });
});

describe("a note in the home's own system", () => {
  it("is left only where that was switched on, which the ledger tells", async () => {
    const site = await lee();
    expect(site.noticeInHome).toBe(false);

    await handlers["site.update"]({ siteId: site.id, version: site.version, noticeInHome: true }, call);

    expect((await handlers["site.get"]({ siteId: site.id }, call)).noticeInHome).toBe(true);
    const [entry] = await listEntries(database.db, { chain: site.id, before: undefined, limit: 1 });
    expect(entry).toMatchObject({ event: "site.changed", payload: { changes: { noticeInHome: true } } });
  });
});

describe("two people editing one site", () => {
  it("tells the later one and loses nothing of the earlier one", async () => {
    const site = await lee();
    await handlers["site.update"]({ siteId: site.id, version: site.version, notes: "Key with the neighbour" }, call);

    const later = handlers["site.update"]({ siteId: site.id, version: site.version, notes: "Dog" }, call);
    await expect(later).rejects.toMatchObject({
      code: "changed_meanwhile",
      message: expect.stringContaining("Lee house was changed by Ann (notes) while"),
      meta: { currentVersion: 2, changedBy: ["Ann"], changedAt: "2026-11-22T18:00:00.000Z", fields: ["notes"] },
    });
    expect((await handlers["site.get"]({ siteId: site.id }, call)).notes).toBe("Key with the neighbour");
  });

  it("names everybody whose change the later one has not seen, and nothing that he has", async () => {
    const site = await lee();
    const by = async (name: string): Promise<Call> => {
      const id = newId<PersonId>();
      await addPerson(id, name);
      return { ...call, actor: { ...actor, id, name } };
    };
    await handlers["site.update"]({ siteId: site.id, version: 1, name: "Lee villa" }, await by("Ada"));
    await handlers["site.update"]({ siteId: site.id, version: 2, town: "Delft" }, await by("Bob"));
    await handlers["site.update"]({ siteId: site.id, version: 3, notes: "Dog" }, await by("Cem"));

    const later = handlers["site.update"]({ siteId: site.id, version: 2, notes: "Cat" }, await by("Dot"));

    await expect(later).rejects.toMatchObject({ meta: { changedBy: ["Cem", "Bob"], fields: ["notes", "town"] } });
  });

  it("saves one of two that come at the same moment", async () => {
    const site = await lee();
    const save = (notes: string) => handlers["site.update"]({ siteId: site.id, version: site.version, notes }, call);

    const saved = await Promise.allSettled([save("Dog"), save("Cat"), save("Bird")]);

    expect(saved.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await handlers["site.get"]({ siteId: site.id }, call)).version).toBe(2);
  });

  it("holds for what the homeowner allows, and for each device", async () => {
    const site = await lee();
    const scopes = { siteId: site.id, version: 1, scopes: [], evidence: "told_by_phone", givenBy: "Mrs Lee" } as const;
    await handlers["scopes.set"]({ ...scopes, scopes: [] }, call);
    const [lamp, plug] = await addDevices(site);
    await handlers["device.update"]({ deviceId: lamp, version: 1, maySleep: true }, call);
    await handlers["device.update"]({ deviceId: plug, version: 1, doNotTouch: true }, call);

    await expect(handlers["scopes.set"]({ ...scopes, scopes: [] }, call)).rejects.toMatchObject({
      meta: { currentVersion: 2, changedBy: ["Ann"] },
    });
    await expect(
      handlers["device.update"]({ deviceId: lamp, version: 1, doNotTouch: true }, call),
    ).rejects.toMatchObject({ meta: { currentVersion: 2, fields: ["maySleep"] } });
  });
});

describe("standing consent", () => {
  it("says that the live view was withdrawn when it no longer includes it", async () => {
    const site = await lee();

    await handlers["scopes.set"](
      { siteId: site.id, scopes: ["reach"], evidence: "told_by_phone", givenBy: "Mrs Lee" },
      call,
    );

    expect(announced.map(({ type }) => type)).toContain("view.withdrawn");
  });

  it("shows by the API too what there is and whether it answers, and no state, where View does not stand", async () => {
    const site = await lee();
    const lamp = { name: "Lamp", availability: "online", state: "on", attributes: { brightness: 7 } };
    const shown = sitesHandlers({
      db: database.db,
      announcements: createAnnouncements(() => {}),
      live: { rows: () => [], site: () => ({ entities: [lamp] }) as never },
      destroySecrets: async () => {},
      cutAgent: () => {},
      keepRemovedSiteDays: 30,
      queueMessage: async () => {},
    });
    const given = { siteId: site.id, evidence: "told_by_phone", givenBy: "Mrs Lee" } as const;
    await shown["scopes.set"]({ ...given, scopes: ["view"] }, call);
    expect(await shown["site.entities"]({ siteId: site.id }, call)).toEqual({ items: [lamp] });

    await shown["scopes.set"]({ ...given, scopes: ["reach"] }, call);

    expect(await shown["site.entities"]({ siteId: site.id }, call)).toEqual({
      items: [{ ...lamp, state: null, attributes: {} }],
    });
  });

  it("can be taken away whole", async () => {
    const site = await lee();

    const { scopes } = await handlers["scopes.set"](
      { siteId: site.id, scopes: [], evidence: "told_by_phone", givenBy: "Mrs Lee" },
      call,
    );

    expect(scopes).toEqual([]);
  });
});

describe("a site that is removed", () => {
  it("destroys what opened the home and keeps its ledger", async () => {
    const site = await lee();
    const gatewayId = await addGateway(site);

    await handlers["site.remove"]({ siteId: site.id, reason: "They moved" }, call);

    expect(destroyed).toEqual([`gateway:${gatewayId}`]);
    await expect(handlers["site.get"]({ siteId: site.id }, call)).rejects.toMatchObject({ code: "not_found" });
    expect(await ledgerOf(site)).toContain("site.removed");
  });

  it("ends its agent, whose line is cut", async () => {
    const site = await lee();
    const agent = { id: newId(), siteId: site.id, publicKey: "key", fingerprint: "K7QM-24TB-X0ZD" };
    await database.db
      .insertInto("agent")
      .values({ ...agent, status: "paired", pairedAt: call.now, pairedBy: "hub" })
      .execute();

    await handlers["site.remove"]({ siteId: site.id, reason: "They moved" }, call);

    expect(cut).toEqual([agent.id]);
    const [row] = await database.db.selectFrom("agent").select(["status", "endedAt"]).execute();
    expect(row).toEqual({ status: "ended", endedAt: call.now.toISOString() });
    expect(await ledgerOf(site)).toEqual(expect.arrayContaining(["agent.ended", "site.removed"]));
  });

  it("tells whoever could be asked, once and in their language, and the firm's ledger which home it was by its number", async () => {
    await database.db
      .insertInto("firm")
      .values({ name: "Our firm", timeZone: "UTC", country: "NL", language: "en", isDemo: false, createdAt: call.now })
      .execute();
    const contact = { role: "owner", language: "nl", verifiedBecause: "Called" } as const;
    const site = await lee({
      contacts: [
        { ...contact, name: "Mila", email: "mila@example.com" },
        { name: "Unverified", role: "adult", email: "other@example.com" },
      ],
    });
    told = [];

    await handlers["site.remove"]({ siteId: site.id, reason: "They moved" }, call);

    expect(told.map(({ to, subject }) => [to.address, subject])).toEqual([
      ["mila@example.com", "Our firm zorgt niet meer voor uw woning"],
    ]);
    expect(told[0]?.text).toContain("30 dagen");
    const [last] = await listEntries(database.db, { chain: "firm", before: undefined, limit: 1 });
    expect(last).toMatchObject({ event: "site.removed", payload: { siteId: site.id, number: site.number } });
    await expect(handlers["site.remove"]({ siteId: site.id, reason: "Again" }, call)).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("lists", () => {
  it("go on where a page ended, and refuse a cursor that is not theirs", async () => {
    for (const name of ["Ann", "Bob", "Cem"]) await handlers["client.create"]({ name }, call);

    const first = await handlers["client.list"]({ limit: 2 }, call);
    const second = await handlers["client.list"]({ limit: 2, cursor: first.nextCursor ?? "" }, call);

    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(["Ann", "Bob", "Cem"]);
    expect(second.nextCursor).toBeNull();
    for (const cursor of ["abc", "AA", "////", Buffer.from("1; drop table client").toString("base64url")])
      for (const list of ["client.list", "site.list"] as const)
        await expect(handlers[list]({ limit: 2, cursor }, call), cursor).rejects.toMatchObject({
          code: "invalid_input",
          fields: [{ path: "cursor" }],
        });
  });
});
