import type { Actor, PersonId, RuleDraft, RunId, SiteId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Database, transaction } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { addPerson } from "../people/people.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  SAM,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "../runs/test-helpers.ts";
import { beginStandstill, endStandstill } from "../standstill/standstill.ts";
import { IntegrationRecord } from "../state/records.ts";
import { StateStore } from "../state/store.ts";
import { ONLINE } from "../state/test-homes.ts";
import { listFindings } from "./findings.ts";
import { changeRule, listRules, makeRule } from "./rules.ts";
import { createUpkeep, type Upkeep } from "./upkeep.ts";

const RELOADING = `id: reloading
version: 1
title: Load it anew
tell: We load a service anew.
inputs: { service: integration }
limit: 15m
steps:
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { read: integration.state, with: { integration: $service }, expect: { unavailable: 0 }, within: 60s }
    next: { failed: { end: not_fixed } }
  - end: fixed
`;
const NEEDS_MORE = RELOADING.replace("id: reloading", "id: more").replace(
  "{ service: integration }",
  "{ service: integration, bridge: device }",
);
const LIBRARY = testLibrary([
  RELOADING,
  NEEDS_MORE,
  runbookOf("ask", "\n  - ask: lit\n    say: Is it lit?\n    answers: [yes-it-is]\n    within: 5m\n  - end: found"),
]);

let database: TestDatabase;
let test: TestRuns;
let store: StateStore;
let home: TestHome;
let hue: IntegrationRecord;
let upkeep: Upkeep;
let ann: Actor;
let people = 0;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  test = createTestRuns(database.db, LIBRARY);
  store = new StateStore({ clock: test.clock });
  home = await buildHome(database.db, { standing: ["reach", "view", "diagnose", "fix"] });
  hue = watched(home);
  upkeep = createUpkeep({ ...test.deps, store });
  ann = await person("senior");
  test.house.setBridge("wedged");
});
afterEach(async () => {
  await test.close();
  await database.db.updateTable("rule").set({ isOn: false }).execute();
  await database.db.deleteFrom("hubMemory").execute();
  await database.db.updateTable("finding").set({ endedAt: test.clock.now() }).where("endedAt", "is", null).execute();
});

/** The home as the hub sees it live, well. */
function watched({ siteId, gatewayId, integration }: TestHome): IntegrationRecord {
  store.putSite({
    id: siteId,
    number: 1,
    name: "Canal house",
    clientId: "c" as never,
    clientName: "Lee",
    town: null,
    phone: null,
    timeZone: "Europe/Amsterdam",
    isSimulated: false,
    createdAt: 0,
  });
  const facts = {
    id: gatewayId,
    connector: "home-assistant",
    connectorName: "",
    name: "",
    address: "",
    isSimulated: false,
    agentId: null,
  };
  const gateway = store.putGateway(siteId, facts, { ...ONLINE });
  gateway.hasTold = true;
  const record = new IntegrationRecord(integration, gateway);
  Object.assign(record, { key: "hue", name: "Hue", domain: "hue", state: "loaded", entities: 3 });
  gateway.integrations.set(integration, record);
  return record;
}

async function person(role: "senior" | "technician"): Promise<Actor> {
  people += 1;
  const given = { name: `P${people}`, email: `u${people}@example.com`, role, password: "long enough" };
  const id = await transaction(database.db, (trx) => addPerson(trx, given));
  return { ...(SAM as Extract<Actor, { kind: "person" }>), id: id as PersonId, name: given.name, role };
}

const rule = (more: Partial<RuleDraft> = {}) =>
  makeRule(
    { ...test.deps, store },
    {
      name: "What hangs",
      runbook: "reloading" as never,
      illnesses: ["integration_silent"],
      domain: null,
      siteIds: [home.siteId],
      minutes: 10,
      coolDownHours: 24,
      atNight: false,
      isOn: true,
      ...more,
    },
    ann,
  );

const fallIll = (): void => void Object.assign(hue, { unavailable: 3 });
const getWell = (): void => void Object.assign(hue, { unavailable: 0 });
const open = () => listFindings(database.db, { siteId: home.siteId, ended: false });
const runs = () =>
  database.db.selectFrom("run").selectAll().where("siteId", "=", home.siteId).orderBy("number").execute();

/** Looks every minute, and lets runs go on meanwhile. */
async function pass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await upkeep.lookNow();
    await test.forward("1m");
  }
  await upkeep.lookNow();
}

describe("a finding", () => {
  it("is opened once when something falls ill, and ended when the home says that it is well", async () => {
    await pass(1);
    expect(await open()).toEqual([]);
    fallIll();
    await pass(3);
    expect(await open()).toMatchObject([{ name: "Hue", illness: "integration_silent", endedAt: null }]);

    getWell();
    await pass(1);

    expect(await open()).toEqual([]);
    expect(await listFindings(database.db, { siteId: home.siteId, ended: true })).toHaveLength(1);
  });

  it("stays while the gateway is away, and is not opened because of it: what is not known is neither ill nor well", async () => {
    fallIll();
    await pass(1);
    hue.gateway.status.state = "unreachable";
    getWell();
    await pass(5);
    expect(await open()).toHaveLength(1);

    const other = watched(await buildHome(database.db));
    Object.assign(other, { unavailable: 3 });
    other.gateway.hasTold = false;
    await pass(1);

    expect(await listFindings(database.db, { siteId: other.gateway.site.facts.id, ended: false })).toEqual([]);
  });

  it("says what was tried for it, the newest first, and neither what was only rehearsed nor what was about something else", async () => {
    fallIll();
    await pass(1);
    const inputs = { service: home.integration };
    const begin = (): Promise<RunId> => test.start(home, "reloading", { inputs });
    const { siteId } = home;
    const only = { siteId, inputs, reason: "Only to see", homeownerAsked: false, rehearse: true, actor: SAM };
    await test.runs.start({ ...only, runbook: "reloading" as never });
    await test.start(home, "ask", { inputs: {} });
    const first = await begin();
    await test.forward("5m");
    const second = await begin();
    await test.forward("5m");
    expect((await open())[0]?.tried).toMatchObject([
      { id: second, runbook: "reloading", status: "finished" },
      { id: first, runbook: "reloading", status: "finished" },
    ]);

    // What was tried more than a day before has nothing to do with it.
    await database.db
      .updateTable("run")
      .set({ createdAt: new Date(test.clock.now().getTime() - 2 * 86_400_000) })
      .where("id", "=", first)
      .execute();

    expect((await open())[0]?.tried.map(({ id }) => id)).toEqual([second]);
  });

  it("is opened for a bridge that answers for itself while half of what is behind it does not, and not for one lamp", async () => {
    Object.assign(hue, { entities: 8, unavailable: 3 });
    await pass(1);
    expect(await open()).toEqual([]);
    Object.assign(hue, { unavailable: 4 });

    await pass(1);

    expect(await open()).toMatchObject([{ illness: "integration_half_silent" }]);
  });

  it("ends with its gateway", async () => {
    fallIll();
    await pass(1);
    await database.db
      .updateTable("gateway")
      .set({ removedAt: test.clock.now() })
      .where("id", "=", home.gatewayId)
      .execute();
    store.removeGateway(home.gatewayId);

    await pass(1);

    expect(await open()).toEqual([]);
  });
});

describe("a rule", () => {
  it("begins a run when something was ill for its time, in the name of whoever made it, and says so in the ledger", async () => {
    await rule();
    fallIll();
    await pass(9);
    expect(await runs()).toEqual([]);

    await pass(2);

    expect(await runs()).toMatchObject([
      {
        runbook: "reloading",
        outcome: "fixed",
        answerableId: (ann as { id: string }).id,
        reason: expect.stringMatching(/^Hue has not answered for 1[01] minutes\.$/),
      },
    ]);
    expect((await open())[0]?.firings).toMatchObject([{ rule: "What hangs", run: { outcome: "fixed" } }]);
    const entries = await database.db
      .selectFrom("ledgerEntry")
      .select("event")
      .where("chain", "=", home.siteId)
      .where("event", "=", "rule.fired")
      .execute();
    expect(entries).toHaveLength(1);
  });

  it("a fix fired on every poll: fires once for a finding, however often it is looked at: what stays ill after the run stays ill", async () => {
    await rule();
    fallIll();
    test.house.effects.set("integration.reload", () => {});

    await pass(90);

    expect(await runs()).toMatchObject([{ outcome: "not_fixed" }]);
    expect(await open()).toHaveLength(1);
  });

  it("fires once, however many hubs look at the same moment", async () => {
    await rule();
    fallIll();
    await pass(9);
    await test.forward("2m");
    const hubs = Array.from({ length: 6 }, () => createUpkeep({ ...test.deps, store }));

    await Promise.all(hubs.map((hub) => hub.lookNow()));

    expect(await runs()).toHaveLength(1);
  });

  it("does not fire again for the same thing before it has cooled down, and does after", async () => {
    await rule({ coolDownHours: 2 });
    fallIll();
    await pass(12);
    getWell();
    await pass(1);
    fallIll();
    test.house.setBridge("wedged");
    await pass(30);
    expect(await runs()).toHaveLength(1);
    getWell();
    await pass(1);

    await test.forward("2h");
    fallIll();
    test.house.setBridge("wedged");
    await pass(12);

    expect(await runs()).toHaveLength(2);
  });

  it("begins nothing while nobody knows how it is: its gateway is away, or the hub has only just started", async () => {
    await rule();
    fallIll();
    await pass(3);
    hue.gateway.status.state = "unreachable";
    await pass(20);
    expect(await runs()).toEqual([]);
    hue.gateway.status.state = "online";
    hue.gateway.hasTold = false;
    await pass(3);
    expect(await runs()).toEqual([]);

    hue.gateway.hasTold = true;
    await pass(1);

    expect(await runs()).toHaveLength(1);
  });

  it("is off until somebody switches it on, and concerns only the homes, kinds and illnesses it names", async () => {
    const other = await buildHome(database.db);
    await rule({ isOn: false });
    await rule({ siteIds: [other.siteId as SiteId] });
    await rule({ domain: "zwave" });
    await rule({ illnesses: ["integration_not_running"] });
    fallIll();

    await pass(30);

    expect(await runs()).toEqual([]);
  });

  it("waits while the home is asleep, unless it was said that it need not", async () => {
    await test.forward("4h");
    await rule();
    fallIll();
    await pass(30);
    expect(await runs()).toEqual([]);

    await rule({ name: "By night too", atNight: true });
    await pass(1);

    expect(await runs()).toHaveLength(1);
  });

  it("asks the homeowner as always, where what it does is not allowed for good", async () => {
    await database.db
      .deleteFrom("standingConsent")
      .where("siteId", "=", home.siteId)
      .where("scope", "=", "fix")
      .execute();
    await rule();
    fallIll();

    await pass(12);

    expect(await runs()).toMatchObject([{ status: "waiting_for_consent" }]);
    expect(test.house.acts).toEqual([]);
  });

  it("begins nothing in the name of somebody who was shut out, nor after a restore, and says why", async () => {
    const { id } = await rule();
    await database.db
      .updateTable("person")
      .set({ disabledAt: test.clock.now() })
      .where("id", "=", (ann as { id: string }).id)
      .execute();
    fallIll();
    await pass(15);
    expect(await runs()).toEqual([]);
    const of = async () => (await listRules({ ...test.deps, store })).find((one) => one.id === id);
    expect((await of())?.paused).toContain("may not let runs begin any more");
    ann = await person("senior");
    const { runbook, illnesses, name } = (await of()) as NonNullable<Awaited<ReturnType<typeof of>>>;
    await transaction(database.db, (trx) =>
      beginStandstill(trx, {
        why: "restored",
        since: test.clock.now().toISOString(),
        backupOf: test.clock.now().toISOString(),
      } as never),
    );
    const draft = {
      name,
      runbook,
      illnesses,
      domain: null,
      siteIds: [home.siteId],
      minutes: 10,
      coolDownHours: 24,
      atNight: false,
      isOn: true,
    };
    await changeRule({ ...test.deps, store }, { ...draft, ruleId: id, version: 1 }, ann);
    await pass(1);
    expect(await runs()).toEqual([]);
    expect((await of())?.paused).toContain("restored");

    await transaction(database.db, endStandstill);
    await pass(2);

    expect(await runs()).toMatchObject([{ answerableId: (ann as { id: string }).id }]);
  });

  it("counts what it begins among the five homes an hour of whoever made it, and among theirs only", async () => {
    Object.assign(test.deps, { homesAtOnce: 5 });
    const mended = new Set<string>();
    const { read, act } = test.house;
    test.house.read = async (gatewayId, ...more) => {
      test.house.setBridge(mended.has(gatewayId) ? "well" : "wedged");
      return read(gatewayId, ...more);
    };
    test.house.act = async (gatewayId, asked) => {
      mended.add(gatewayId);
      return act(gatewayId, asked);
    };
    const homes = [home];
    const services = [hue];
    for (let made = 0; made < 6; made += 1) {
      const another = await buildHome(database.db, { standing: ["fix"] });
      homes.push(another);
      services.push(watched(another));
    }
    await database.db.updateTable("site").set({ quietFrom: "00:00", quietTo: "00:00" }).execute();
    const siteIds = homes.map(({ siteId }) => siteId);
    await rule({ siteIds, minutes: 1 });
    for (const service of services) Object.assign(service, { unavailable: 3 });

    await pass(5);
    const actedIn = async () =>
      new Set(
        (
          await database.db
            .selectFrom("attempt")
            .innerJoin("run", "run.id", "attempt.runId")
            .select("run.siteId")
            .where("run.answerableId", "=", (ann as { id: string }).id)
            .execute()
        ).map(({ siteId }) => siteId),
      ).size;
    expect(await actedIn()).toBe(5);

    const sam = await person("technician");
    const { siteId, integration } = await buildHome(database.db, { standing: ["fix"] });
    await database.db.updateTable("site").set({ quietFrom: "00:00", quietTo: "00:00" }).execute();
    const request = { siteId, runbook: "reloading" as never, inputs: { service: integration }, reason: "It is ill" };
    const { id } = await test.runs.start({ ...request, homeownerAsked: false, actor: sam });
    await test.forward("2m");
    expect(await test.run(id)).toMatchObject({ status: "finished" });
    await test.forward("1h");
    expect(await actedIn()).toBe(7);
  });

  it("begins nothing in the name of somebody who lost their role between the look and the run", async () => {
    await rule();
    let isLosing = false;
    const now = test.deps.now;
    const deps = {
      ...test.deps,
      store,
      now: async (db: Database) => {
        if (isLosing && db.isTransaction) {
          isLosing = false;
          const { id } = ann as { id: string };
          await database.db.updateTable("person").set({ role: "technician" }).where("id", "=", id).execute();
        }
        return now(db);
      },
    };
    fallIll();
    await pass(9);
    await test.forward("2m");
    isLosing = true;
    await createUpkeep(deps).lookNow();

    expect(isLosing).toBe(false);
    expect(await runs()).toEqual([]);
  });

  it("says of a rule why its runbook cannot begin, where that was retired", async () => {
    const { id } = await rule();
    const row = { id: "reloading", reason: "Made anew", retiredBy: "person:x Bob", retiredAt: test.clock.now() };
    await database.db.insertInto("runbookRetired").values(row).execute();
    const without = { ...test.deps, store, library: testLibrary([]) };

    expect((await listRules(without)).find((one) => one.id === id)?.paused).toBe(
      "reloading: Retired by Bob: Made anew",
    );
    await database.db.deleteFrom("runbookRetired").execute();
  });

  it("tries again where another run works, and gives up with a reason where it cannot begin at all", async () => {
    await rule();
    await database.db
      .deleteFrom("standingConsent")
      .where("siteId", "=", home.siteId)
      .where("scope", "=", "fix")
      .execute();
    const busy = await test.start(home, "reloading", { inputs: { service: home.integration } });
    await test.forward("5s");
    fallIll();
    await pass(12);
    expect(await runs()).toHaveLength(1);
    await test.runs.cancel({ runId: busy as RunId, reason: "Another way", actor: SAM });
    await pass(2);
    expect(await runs()).toHaveLength(2);

    const lost = await buildHome(database.db);
    const record = watched(lost);
    Object.assign(record, { unavailable: 3 });
    await rule({ siteIds: [lost.siteId as SiteId], minutes: 1 });
    await upkeep.lookNow();
    await database.db.updateTable("gateway").set({ connector: "another" }).where("id", "=", lost.gatewayId).execute();
    await pass(3);

    const [finding] = await listFindings(database.db, { siteId: lost.siteId, ended: false });
    expect(finding?.firings).toMatchObject([{ run: null, why: expect.stringContaining("lacks something it needs") }]);
  });

  it("has nothing to cool down from when it could not begin: the next time it falls ill is tried", async () => {
    const connector = (name: string) =>
      database.db.updateTable("gateway").set({ connector: name }).where("id", "=", home.gatewayId).execute();
    await rule({ minutes: 1 });
    await connector("another");
    fallIll();
    await pass(3);
    expect((await open())[0]?.firings).toMatchObject([{ run: null }]);
    getWell();
    await pass(1);

    await connector("home-assistant");
    fallIll();
    await pass(3);

    expect(await runs()).toHaveLength(1);
  });

  it("is made only for a runbook that the finding says enough for, and two who change it see each other", async () => {
    await expect(rule({ runbook: "more" as never })).rejects.toMatchObject({ fields: [{ path: "runbook" }] });
    await expect(rule({ runbook: "ask" as never })).rejects.toMatchObject({ fields: [{ path: "runbook" }] });
    const {
      id,
      version: _version,
      madeBy: _by,
      madeById: _id,
      madeAt: _at,
      paused: _paused,
      runs: _runs,
      ...draft
    } = await rule();
    await changeRule({ ...test.deps, store }, { ...draft, ruleId: id, version: 1, minutes: 20 }, ann);

    await expect(
      changeRule({ ...test.deps, store }, { ...draft, ruleId: id, version: 1, minutes: 30 }, ann),
    ).rejects.toMatchObject({ code: "changed_meanwhile" });
  });
});
