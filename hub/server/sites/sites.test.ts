import {
  type Actor,
  type Client,
  type ClientId,
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

beforeEach(async () => {
  database = await testDatabase();
  announced = [];
  destroyed = [];
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  for (const type of ["site.changed", "site.removed", "view.withdrawn", "devices.changed", "gateway.removed"] as const)
    announcements.on(type, (announcement) => announced.push(announcement));
  handlers = sitesHandlers({
    db: database.db,
    announcements,
    live: { rows: () => [], site: () => undefined },
    destroySecrets: async (_, owner) => void destroyed.push(owner),
  });
});

afterEach(() => database.drop());

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

describe("two people editing one site", () => {
  it("tells the later one and loses nothing of the earlier one", async () => {
    const site = await lee();
    await handlers["site.update"]({ siteId: site.id, version: site.version, notes: "Key with the neighbour" }, call);

    await expect(
      handlers["site.update"]({ siteId: site.id, version: site.version, notes: "Dog" }, call),
    ).rejects.toMatchObject({ code: "changed_meanwhile", meta: { currentVersion: 2 } });
    expect((await handlers["site.get"]({ siteId: site.id }, call)).notes).toBe("Key with the neighbour");
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
    const gatewayId = newId();
    await database.db
      .insertInto("gateway")
      .values({
        id: gatewayId,
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

    await handlers["site.remove"]({ siteId: site.id, reason: "They moved" }, call);

    expect(destroyed).toEqual([`gateway:${gatewayId}`]);
    await expect(handlers["site.get"]({ siteId: site.id }, call)).rejects.toMatchObject({ code: "not_found" });
    expect(await ledgerOf(site)).toContain("site.removed");
  });
});
