import type { Actor, DeviceId, SiteId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAnnouncements } from "../announcements.ts";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { raiseHandlers } from "../sites/raises.ts";
import { loadHiding } from "../state/hiding.ts";
import {
  buildHome,
  createTestRuns,
  dataOf,
  runbookOf,
  SAM,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "./test-helpers.ts";

const RELOADING = `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive, within: 60s }
    next: { failed: { end: not_fixed } }
  - end: fixed`;

const RESTARTING = `
  - fix: restart
    do: gateway.restart
    irreversible: A restart keeps no earlier state.
    verify: { read: integration.state, with: { integration: $service }, expect: { unavailable: 0 }, within: 60s }
    next: { failed: { end: not_fixed } }
  - end: fixed`;

const quiet = createAnnouncements(() => {});
let database: TestDatabase;
let test: TestRuns;
let home: TestHome;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  test = createTestRuns(
    database.db,
    testLibrary([runbookOf("reloading", RELOADING), runbookOf("restarting", RESTARTING)]),
  );
  // A reload stands for good here, so that it is done without asking.
  home = await buildHome(database.db, { standing: ["reach", "view", "diagnose", "fix"] });
  test.house.setBridge("wedged");
});
afterEach(() => test.close());

const call = (actor: Actor = SAM) => ({
  actor,
  now: test.clock.now(),
  requestId: "r",
  signal: new AbortController().signal,
});
const set = (given: object) =>
  raiseHandlers({ db: database.db, announcements: quiet })["raise.set"](
    { siteId: home.siteId, scope: null, private: false, reason: "A fish tank", ...given } as never,
    call(),
  );
const run = async (runbook = "reloading") => {
  const runId = await test.start(home, runbook, { inputs: { service: home.integration } });
  await test.forward("5s");
  return test.run(runId);
};
const ofIntegration = () =>
  database.db
    .updateTable("device")
    .set({ integrationIds: [home.integration] })
    .where("id", "=", home.bridge)
    .execute();

describe("a raise", () => {
  it("makes what stands for good be asked for: of the whole home, and of a device that goes down with what is reloaded", async () => {
    expect(await run()).toMatchObject({ outcome: "fixed" });
    test.house.setBridge("wedged");
    await set({ scope: "disruptive" });
    expect(await run()).toMatchObject({ status: "waiting_for_consent" });

    const other = await buildHome(database.db, { standing: ["reach", "view", "diagnose", "fix"] });
    home = other;
    await ofIntegration();
    await set({ deviceId: other.bridge, scope: "disruptive" });
    expect(await run()).toMatchObject({ status: "waiting_for_consent" });
  });

  it("of another device changes nothing", async () => {
    await set({ deviceId: home.bridge, scope: "disruptive" });
    expect(await run()).toMatchObject({ outcome: "fixed" });
  });

  it("to private is asked for one time, and never allowed on the phone", async () => {
    await ofIntegration();
    await set({ deviceId: home.bridge, private: true });
    expect(await run()).toMatchObject({ status: "waiting_for_consent" });
    const [request] = await database.db
      .selectFrom("consentRequest")
      .select("isPrivate")
      .where("siteId", "=", home.siteId)
      .execute();
    expect(request).toEqual({ isPrivate: true });
  });

  it("made after a yes is drift: what was allowed was less, so it stops and nothing is sent", async () => {
    await database.db
      .deleteFrom("standingConsent")
      .where("siteId", "=", home.siteId)
      .where("scope", "=", "fix")
      .execute();
    const asked = await run();
    expect(asked).toMatchObject({ status: "waiting_for_consent" });
    await set({ scope: "disruptive" });
    const sent = test.house.acts.length;

    await test.answer("allow");
    await test.forward("1m");

    expect(dataOf(await test.events(asked.id as never), "fix.sent")).toEqual([]);
    expect(test.house.acts.length).toBe(sent);
  });

  it("never lowers: neither below the catalogue, nor what somebody raised further; taking it back is on record", async () => {
    await set({ scope: "disruptive" });
    await expect(set({ scope: "fix" })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("Sam Jansen"),
    });
    await expect(set({})).rejects.toMatchObject({ code: "invalid_input" });
    await expect(
      set({ deviceId: (await buildHome(database.db)).bridge as DeviceId, scope: "fix" }),
    ).rejects.toMatchObject({
      fields: [expect.objectContaining({ path: "deviceId" })],
    });
    const { items } = await raiseHandlers({ db: database.db, announcements: quiet })["raise.lift"](
      { siteId: home.siteId as SiteId, reason: "It is gone" },
      call(),
    );
    expect(items).toEqual([]);
    const events = await database.db
      .selectFrom("ledgerEntry")
      .select("event")
      .where("chain", "=", home.siteId)
      .execute();
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(["scopes.raised", "scopes.raise_lifted"]));
    expect(await run()).toMatchObject({ outcome: "fixed" });
  });

  it("that comes between planning an act and its intent is seen by the gate: nothing is sent, and the homeowner is asked", async () => {
    const deps = test.deps as { -readonly [K in "crash"]: typeof test.deps.crash };
    deps.crash = async (point) => {
      if (point !== "act.before_intent") return;
      deps.crash = async () => {};
      await set({ scope: "disruptive" });
    };

    const asked = await run();

    expect(asked).toMatchObject({ status: "waiting_for_consent" });
    expect(test.house.acts).toEqual([]);
    expect(await requestOf(asked.id)).toMatchObject({ scope: "disruptive" });
  });

  it("to private of a device makes the restart of its gateway private", async () => {
    expect(await requestOf((await run("restarting")).id)).toMatchObject({ isPrivate: false });
    home = await buildHome(database.db, { standing: ["reach", "view", "diagnose", "fix"] });
    await set({ deviceId: home.bridge, private: true });

    expect(await requestOf((await run("restarting")).id)).toMatchObject({ isPrivate: true });
  });

  it("counts for what takes the place of the device: in the gateway after, or under other keys, by its name", async () => {
    await set({ deviceId: home.bridge, scope: "disruptive" });
    await database.db.updateTable("device").set({ goneAt: new Date() }).where("id", "=", home.bridge).execute();
    const after = newId<string>();
    const device = { id: after, gatewayId: home.gatewayId, key: "bridge_2", name: "Heat pump", kind: "bridge" };
    await database.db
      .insertInto("device")
      .values({ ...device, integrationIds: [home.integration] } as never)
      .execute();
    expect(await run()).toMatchObject({ outcome: "fixed" });

    test.house.setBridge("wedged");
    await database.db.updateTable("device").set({ name: "LIGHT bridge" }).where("id", "=", after).execute();
    expect(await run()).toMatchObject({ status: "waiting_for_consent" });
  });

  it("leaves another device of the same name alone while the one that was raised is there", async () => {
    const other = { id: newId<string>(), gatewayId: home.gatewayId, key: "bridge_2", name: "Light bridge" };
    await database.db
      .insertInto("device")
      .values({ ...other, kind: "bridge", integrationIds: [home.integration] } as never)
      .execute();
    await set({ deviceId: home.bridge, scope: "disruptive" });

    expect(await run()).toMatchObject({ outcome: "fixed" });
  });

  it("is not needed where the catalogue calls a device private: the restart of its gateway is private by itself", async () => {
    await database.db.updateTable("entity").set({ private: true }).where("id", "=", home.lamp).execute();

    expect(await run()).toMatchObject({ outcome: "fixed" });
    test.house.setBridge("wedged");
    expect(await requestOf((await run("restarting")).id)).toMatchObject({ scope: "disruptive", isPrivate: true });
  });

  it("of one kind of act leaves the others: for a device, and for the whole home", async () => {
    await ofIntegration();
    await set({ capability: "gateway.restart", scope: "disruptive" });
    await set({ deviceId: home.bridge, capability: "power.cycle", private: true });
    expect(await run()).toMatchObject({ outcome: "fixed" });

    test.house.setBridge("wedged");
    await set({ deviceId: home.bridge, capability: "integration.reload", scope: "disruptive" });

    expect(await requestOf((await run()).id)).toMatchObject({ scope: "disruptive", isPrivate: false });
    const { items } = await set({ capability: "integration.reload", private: true });
    expect(items).toHaveLength(4);
    expect((await loadHiding(database.db, home.siteId)).size).toBe(0);
  });

  it("to private beside a scope keeps the scope", async () => {
    await set({ scope: "disruptive" });
    const { items } = await set({ private: true });

    expect(items).toMatchObject([{ scope: "disruptive", private: true }]);
  });
});

function requestOf(runId: string) {
  return database.db
    .selectFrom("consentRequest")
    .select(["scope", "isPrivate"])
    .where("runId", "=", runId)
    .executeTakeFirst();
}
