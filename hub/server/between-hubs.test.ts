import { createTestClock } from "@caretaker/kit";
import { type Clock, type PersonId, type SessionId, type SiteId, systemClock } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Announcement, createAnnouncements } from "./announcements.ts";
import { createBetweenHubs } from "./between-hubs.ts";
import { notify } from "./db/database.ts";
import { newId } from "./db/new-id.ts";
import { type TestDatabase, testDatabase } from "./db/test-database.ts";

let database: TestDatabase;
const closes: (() => Promise<void>)[] = [];
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

/** As much of a hub as tells others and hears from them. */
async function openHub(clock: Clock = systemClock) {
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  const warnings: string[] = [];
  const log = { info() {}, warn: (_: object, message: string) => void warnings.push(message), error() {} };
  const heard: Announcement[] = [];
  for (const type of [
    "site.changed",
    "site.removed",
    "session.ended",
    "person.changed",
    "key.revoked",
    "others.missed",
    "message.due",
  ] as const)
    announcements.on(type, (told) => heard.push(told));
  const { db, url: databaseUrl } = database;
  const between = createBetweenHubs({ db, databaseUrl, announcements, clock, log: log as never });
  await between.start();
  closes.push(between.close);
  return { announcements, heard, warnings };
}

const TOLD: readonly Announcement[] = [
  { type: "site.changed", siteId: newId<SiteId>() },
  { type: "site.removed", siteId: newId<SiteId>() },
  { type: "session.ended", sessionId: newId<SessionId>(), personId: newId<PersonId>() },
  { type: "person.changed", personId: newId<PersonId>(), isDisabled: true },
  { type: "key.revoked", keyId: newId<string>() },
];

describe("what was announced at one hub", () => {
  it.each(TOLD.map((told) => [told.type, told] as const))(
    "is announced at the others within a second: %s",
    async (_, told) => {
      const [here, there, third] = [await openHub(), await openHub(), await openHub()];
      const began = performance.now();

      here.announcements.announce(told);
      await vi.waitFor(() => expect([there.heard, third.heard]).toEqual([[told], [told]]), {
        timeout: 2000,
        interval: 5,
      });

      expect(performance.now() - began).toBeLessThan(1000);
      // Nothing goes round: what is said after it comes right behind it.
      const after = { type: "key.revoked", keyId: "after" } as const;
      there.announcements.announce(after);
      await vi.waitFor(() => expect(here.heard).toHaveLength(2), { timeout: 2000, interval: 5 });
      expect(here.heard).toEqual([told, after]);
      expect(there.heard).toEqual([told, after]);
    },
  );

  it("stays there where it is nobody else's business", async () => {
    const [here, there] = [await openHub(), await openHub()];

    here.announcements.announce({ type: "message.due" });
    here.announcements.announce(TOLD[0] as Announcement);

    await vi.waitFor(() => expect(there.heard).toEqual([TOLD[0]]), { timeout: 2000, interval: 5 });
  });

  it("may not have been heard before a hub listened, which it says to itself once its homes had time to connect", async () => {
    const clock = createTestClock();
    const hub = await openHub(clock);
    await clock.forward("4s");
    expect(hub.heard).toEqual([]);

    await clock.forward("1s");

    expect(hub.heard).toEqual([{ type: "others.missed" }]);
  });

  it("is left alone where it cannot be understood, and said so", async () => {
    const hub = await openHub();

    await notify(database.db, "caretaker_told", "{");
    await notify(database.db, "caretaker_told", JSON.stringify({ from: "another", told: { type: "site.painted" } }));

    await vi.waitFor(() => expect(hub.warnings).toHaveLength(2), { timeout: 2000, interval: 5 });
    expect(hub.heard).toEqual([]);
  });
});
