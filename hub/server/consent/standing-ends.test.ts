import { systemClock } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type Announcement, createAnnouncements } from "../announcements.ts";
import { type Database, now, transaction } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { listEntries } from "../ledger/read.ts";
import { scopesHandlers } from "../sites/scopes.ts";
import { mayView } from "./standing.ts";
import { StandingEnds } from "./standing-ends.ts";
import { buildHome, createTestConsent, REQUESTER, type TestHome } from "./test-helpers.ts";

let database: TestDatabase;
let db: Database;
const hubs: StandingEnds[] = [];
beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());
afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close();
});

/** A hub that tells of ends, and when it told: by the clock of this machine, which is the database's here. */
async function startHub() {
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  const told: { announcement: Announcement; at: number }[] = [];
  announcements.on("view.withdrawn", (announcement) => told.push({ announcement, at: Date.now() }));
  const hub = new StandingEnds({ db, now, clock: systemClock, announcements, log: { warn() {} } });
  hubs.push(hub);
  await hub.start();
  const toldOf = ({ siteId }: TestHome) =>
    told.find(({ announcement }) => "siteId" in announcement && announcement.siteId === siteId)?.at;
  return { announcements, toldOf };
}

async function until<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (const deadline = Date.now() + 5000; ; ) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error("Waited in vain.");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const record = (home: TestHome, hub: Awaited<ReturnType<typeof startHub>>, end: Date | null) =>
  scopesHandlers({ db, announcements: hub.announcements } as never)["scopes.set"](
    {
      siteId: home.siteId,
      scopes: ["fix"],
      evidence: "contract",
      givenBy: "Mrs Lee",
      until: end?.toISOString() ?? null,
    },
    {
      actor: {
        kind: "person",
        id: REQUESTER.id,
        name: "Sam",
        role: "technician",
        sessionId: "s",
        factorAt: null,
      } as never,
      requestId: "r",
      now: new Date(),
      signal: new AbortController().signal,
    },
  );

const ends = async ({ siteId }: TestHome) =>
  (await listEntries(db, { chain: siteId, before: undefined, limit: 100 })).filter(({ event }) =>
    ["scopes.ended", "consent.ended"].includes(event),
  );

const permit = (home: TestHome, at: Date) =>
  transaction(db, (trx) =>
    createTestConsent(db).permit(trx, { siteId: home.siteId, runId: home.runId, act: home.act, now: at }),
  );

it("what stands for good ends at the agreed moment: told within a second by every hub, and written down once", async () => {
  const home = await buildHome(db, { act: { scope: "fix" } });
  const [one, two] = [await startHub(), await startHub()];
  const end = new Date(Date.now() + 900);
  const { scopes } = await record(home, one, end);
  two.announcements.announce({ type: "site.changed", siteId: home.siteId });

  expect(scopes.map((given) => given.until)).toEqual(Array(4).fill(end.toISOString()));
  expect(await mayView(db, home.siteId)).toBe(true);
  for (const hub of [one, two]) {
    const toldAt = await until(() => hub.toldOf(home));
    expect(toldAt - end.getTime()).toBeGreaterThanOrEqual(0);
    expect(toldAt - end.getTime()).toBeLessThan(1000);
  }

  expect(await mayView(db, home.siteId)).toBe(false);
  expect(await ends(home)).toMatchObject([
    { event: "scopes.ended", payload: { scopes: ["reach", "view", "diagnose", "fix"], until: end.toISOString() } },
  ]);
});

it("the moment itself decides, to the millisecond, whether or not a hub has looked", async () => {
  const home = await buildHome(db, { act: { scope: "fix" } });
  const end = new Date(Date.now() + 3_600_000);
  const hub = await startHub();
  await record(home, hub, end);
  await db.updateTable("site").set({ quietFrom: "00:00", quietTo: "00:00" }).where("id", "=", home.siteId).execute();

  expect(await permit(home, new Date(end.getTime() - 1))).toMatchObject({ permitted: true });
  expect(await permit(home, end)).toMatchObject({ permitted: false, code: "consent_missing" });
  expect(hub.toldOf(home)).toBeUndefined();
});

it("what was allowed once under it ends too, and does not come back with a new agreement", async () => {
  const home = await buildHome(db);
  const hub = await startHub();
  const consent = createTestConsent(db);
  await record(home, hub, new Date(Date.now() + 60_000));
  consent.time.now = new Date();
  await db.updateTable("site").set({ quietFrom: "00:00", quietTo: "00:00" }).where("id", "=", home.siteId).execute();
  const { token } = await consent.askAndGetToken(home);
  await consent.link.answer({ token, answer: "allow", proposalCode: (await consent.link.view(token)).proposalCode });
  expect(await permit(home, new Date())).toMatchObject({ permitted: true });

  const end = new Date(Date.now() - 1000);
  await db
    .updateTable("consentRequest")
    .set({ answeredAt: new Date(0) })
    .where("siteId", "=", home.siteId)
    .execute();
  await db.updateTable("standingConsent").set({ until: end }).where("siteId", "=", home.siteId).execute();
  expect(await consent.link.view(token)).toMatchObject({ status: "over", ended: expect.stringMatching(/agreement/) });
  await record(home, hub, null);

  expect(await permit(home, new Date())).toMatchObject({
    permitted: false,
    code: "consent_expired",
    message: expect.stringMatching(/agreement/),
  });
  expect((await ends(home)).map(({ event }) => event)).toEqual(["consent.ended", "scopes.ended"]);
});

it("an end that has passed already is refused, and nothing changes", async () => {
  const home = await buildHome(db, { standing: ["reach"] });
  const hub = await startHub();

  await expect(record(home, hub, new Date(Date.now() - 1))).rejects.toMatchObject({
    code: "invalid_input",
    fields: [{ path: "until" }],
  });
  expect(await db.selectFrom("standingConsent").select("scope").where("siteId", "=", home.siteId).execute()).toEqual([
    { scope: "reach" },
  ]);
});
