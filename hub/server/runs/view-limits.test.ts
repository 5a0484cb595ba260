import type { CapabilityName, RunId } from "@caretaker/protocol";
import { CaretakerError } from "@caretaker/protocol";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { answerWithoutHidden, withoutHidden } from "../state/hidden-answers.ts";
import { takeEvidence } from "./evidence.ts";
import { createRunsReader } from "./reader.ts";
import { buildHome, createTestRuns, SAM, type TestHome, type TestRuns, testLibrary } from "./test-helpers.ts";

/** Reads all that can be read, and keeps all of it for the record. */
const LOOKING = `id: looking
version: 1
title: Look at all of it
tell: We look.
inputs: { lamp: entity, bridge: device, service: integration }
limit: 15m
steps:
  - check: lit
    read: entity.state
    with: { entity: $lamp }
    expect: { state: "off" }
    evidence: [state, attributes, since, availability]
    next: { unknown: continue }
  - check: answers
    read: device.state
    with: { device: $bridge }
    expect: { availability: online }
    evidence: [lastSeen, battery]
    next: { unknown: continue }
  - check: loaded
    read: integration.state
    with: { integration: $service }
    expect: { state: loaded }
    evidence: [reason]
    next: { unknown: continue }
  - check: integrations
    read: integration.list
    expect: { ill: 0 }
    evidence: [integrations]
    next: { unknown: continue }
  - check: noted
    read: log.errors
    expect: { errors: 0 }
    evidence: [entries]
    next: { unknown: continue }
  - check: reported
    read: repairs.list
    expect: { open: 0 }
    evidence: [repairs]
    next: { unknown: continue }
  - check: waiting
    read: updates.list
    expect: { waiting: 0 }
    evidence: [updates]
    next: { unknown: continue }
  - check: software
    read: firmware.list
    expect: { outdated: 0 }
    evidence: [firmware]
    next: { unknown: continue }
  - end: found`;

/** Switches a bridge off and on that does not answer. */
const CYCLING = `id: cycling
version: 1
title: Switch it off and on
tell: We switch it off and on.
inputs: { bridge: device }
limit: 15m
steps:
  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { read: device.state, with: { device: $bridge }, expect: { availability: online }, within: 1m }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: not_fixed } }
  - end: fixed`;

const CANARY = "glowing";
const SEEN_AT = "2026-01-01T03:04:05.000Z";

let database: TestDatabase;
let test: TestRuns;
let home: TestHome;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  test = createTestRuns(database.db, testLibrary([LOOKING, CYCLING]));
  home = await buildHome(database.db);
  await database.db.updateTable("entity").set({ name: "Night lamp" }).where("id", "=", home.lamp).execute();
  const integration = { state: "loaded", needsSignIn: false, unavailable: 0, entities: 2 };
  const line = { level: "error", source: "homeassistant.components.hue", count: 2, firstAt: SEEN_AT, lastAt: SEEN_AT };
  const repair = { domain: "hue", severity: "warning", isFixable: false, createdAt: null };
  const update = { installed: "1", latest: "2", isCore: false };
  const answers: Partial<Record<CapabilityName, object>> = {
    "entity.state": { state: CANARY, availability: "online", since: SEEN_AT, attributes: { scene: CANARY } },
    "device.state": {
      ...{ availability: "online", entities: 2, unavailable: 0, battery: 41, lastSeen: SEEN_AT, firmware: "1.0" },
    },
    "integration.state": { ...integration, reason: `The night lamp is ${CANARY}` },
    "integration.list": {
      integrations: [{ ...integration, key: "hue", name: "Hue", domain: "hue", disabled: false, reason: "Night lamp" }],
      ill: 0,
    },
    "log.errors": {
      entries: [
        { ...line, message: `light.lamp went on ${CANARY}` },
        { ...line, message: `Nothing from NIGHT-LAMP since it was ${CANARY}` },
        { ...line, message: "The bridge was slow" },
      ],
      errors: 3,
      warnings: 0,
    },
    "repairs.list": {
      repairs: [
        { ...repair, key: "hue/night_lamp", title: `Night lamp is ${CANARY}` },
        { ...repair, key: "hue/old", title: "The bridge is old" },
      ],
      open: 2,
    },
    "updates.list": { updates: [{ ...update, key: "u", name: "Night lamp" }], waiting: 1 },
    "firmware.list": {
      firmware: [{ name: "Night lamp", version: "1", newer: "2", device: "night_lamp" }],
      outdated: 1,
    },
  };
  for (const [capability, answer] of Object.entries(answers))
    test.house.reads.set(capability as CapabilityName, answer);
});
afterEach(() => test.close());

async function run(): Promise<RunId> {
  const inputs = { lamp: home.lamp, bridge: home.bridge, service: home.integration };
  const runId: RunId = await test.start(home, "looking", { inputs });
  await test.forward("5s");
  return runId;
}

/** What watchers are shown, what the evidence holds, and every row of the database: a bundle is made of those. */
async function everythingOf(runId: RunId): Promise<string> {
  const evidence = await takeEvidence(test.deps, { runId, actor: SAM });
  const reader = createRunsReader(test.deps);
  const shown = [await reader.details(runId), await reader.eventsSince(runId, 0)];
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = current_schema()
    and table_type = 'BASE TABLE' and table_name not in ('entity', 'device', 'room')`.execute(database.db);
  const rows: unknown[] = [];
  for (const { name } of tables)
    rows.push((await sql`select to_jsonb(one) from ${sql.table(name)} as one`.execute(database.db)).rows);
  return JSON.stringify([evidence, shown, rows]);
}

async function look(): Promise<string> {
  return everythingOf(await run());
}

async function leaveOut(part: { kind?: "light" | "switch"; deviceClass?: string; roomId?: string; roomName?: string }) {
  const said = { evidence: "contract", givenBy: "Mrs Lee", setBy: "Ann", setAt: new Date() } as const;
  await database.db
    .insertInto("viewLimit")
    .values({ id: newId<string>(), siteId: home.siteId, ...part, ...said })
    .execute();
}

async function readOf(runId: RunId, step: string) {
  const events = await test.events(runId);
  const event = events.find(({ data }) => data.kind === "step.read" && data.step === step);
  if (event?.data.kind !== "step.read") throw new Error(`${step} read nothing.`);
  return event.data;
}

const tells = (text: string) => text.includes(CANARY) || /night.?lamp/i.test(text);

describe("what a run reads", () => {
  it("is kept where nothing is left out", async () => {
    expect(tells(await look())).toBe(true);
  });

  it("of what the homeowner left out stands nowhere: neither shown, nor in its evidence, nor in any row", async () => {
    await database.db.deleteFrom("runEvent").execute();
    await database.db.updateTable("run").set({ memory: "{}" }).execute();
    await leaveOut({ kind: "light" });

    // The run's own input is the lamp, by its name: that is what somebody asked to look at, not what was seen.
    const text = (await look()).replaceAll(/"(entity|shown)":"Night lamp"/g, "");
    expect(tells(text)).toBe(false);
  });

  it("of something hidden is unknown, not false, so that nothing is done because of it", async () => {
    await leaveOut({ kind: "light" });

    const runId = await run();

    expect(await readOf(runId, "lit")).toMatchObject({ result: "unknown", output: { availability: "online" } });
    expect((await readOf(runId, "lit")).output).not.toHaveProperty("since");
    expect((await readOf(runId, "loaded")).output).not.toHaveProperty("reason");
    expect((await readOf(runId, "answers")).output).not.toHaveProperty("lastSeen");
  });

  it("keeps the battery of a device in a room that is left out, and loses it where batteries are left out", async () => {
    const facts = { deviceId: home.bridge, deviceClass: "battery", diagnostic: true, kind: "sensor" } as const;
    await database.db.updateTable("entity").set(facts).where("id", "=", home.plug).execute();
    await leaveOut({ kind: "light" });
    expect((await readOf(await run(), "answers")).output).toMatchObject({ battery: 41, availability: "online" });

    await leaveOut({ deviceClass: "battery" });
    expect((await readOf(await run(), "answers")).output).not.toHaveProperty("battery");
  });

  it("of a log keeps each line, how bad it is and how often, and withholds those that name something hidden", async () => {
    await leaveOut({ kind: "light" });

    const { output } = await readOf(await run(), "noted");

    const withheld = { level: "error", count: 2, lastAt: "2026-01-01T00:00:00.000Z" };
    expect(output).toMatchObject({
      errors: 3,
      entries: [withheld, withheld, { message: "The bridge was slow", lastAt: SEEN_AT }],
    });
  });

  it("of a link is nothing where anything of its device is hidden, and nothing that names something hidden", async () => {
    const said = [
      { of: "item 7: network", text: `{"via":"Night lamp ${CANARY}"}` },
      { of: "item 7: zigbee", text: '{"hops":2}' },
    ];
    const asked = { siteId: home.siteId, gatewayId: home.gatewayId, isOfHidden: false };
    const link = (device: string) =>
      withoutHidden(database.db, "device.link", { said, parts: 2 }, { ...asked, input: { device } });
    expect(await link("bridge")).toEqual({ said, parts: 2 });

    await leaveOut({ kind: "light" });

    expect(await link("bridge")).toEqual({});
    expect(tells(JSON.stringify(await link("another")))).toBe(false);
    expect(await link("another")).toMatchObject({ parts: 2, said: [{}, { text: '{"hops":2}' }] });
  });

  it("is withheld as well where it is what a cleared log had", async () => {
    await leaveOut({ kind: "light" });
    const line = { level: "error", source: "hue", count: 1, firstAt: SEEN_AT, lastAt: SEEN_AT };
    const saved = { entries: [{ ...line, message: `Night lamp is ${CANARY}` }], errors: 1, warnings: 0 };
    const asked = { siteId: home.siteId, gatewayId: home.gatewayId, input: {}, isOfHidden: false };

    const answer = await answerWithoutHidden(database.db, "log.clear", { saved }, asked);

    expect(answer).toMatchObject({ saved: { errors: 1, entries: [{ level: "error", count: 1 }] } });
    expect(tells(JSON.stringify(answer))).toBe(false);
  });

  it("of a device that was raised to private is left out as well, with the device's own name", async () => {
    const said = { scope: null, isPrivate: true, reason: "A child", setBy: "Ann", setAt: new Date() };
    await database.db
      .insertInto("scopeRaise")
      .values({ id: newId<string>(), siteId: home.siteId, deviceId: home.bridge, ...said })
      .execute();
    const line = { level: "error", source: "hue", count: 1, firstAt: SEEN_AT, lastAt: SEEN_AT };
    test.house.reads.set("log.errors", {
      entries: [{ ...line, message: "Light bridge sank" }],
      errors: 1,
      warnings: 0,
    });

    const runId = await run();

    expect((await readOf(runId, "lit")).output).not.toHaveProperty("state");
    expect(JSON.stringify(await readOf(runId, "noted"))).not.toContain("sank");
  });

  it("of a room that is left out is withheld by the room's name", async () => {
    const roomId = newId<string>();
    const room = { gatewayId: home.gatewayId, key: "bedroom", name: "Mila’s Bedroom" };
    await database.db
      .insertInto("room")
      .values({ id: roomId, ...room })
      .execute();
    await leaveOut({ roomId, roomName: room.name });
    test.house.reads.set("repairs.list", {
      repairs: [
        {
          ...{ key: "x/1", domain: "x", severity: "warning", isFixable: false, createdAt: null },
          title: "Window open in milas bedroom: Mila's bedroom",
        },
      ],
      open: 1,
    });

    expect(JSON.stringify(await readOf(await run(), "reported"))).not.toContain("Window");
  });

  it("fails without the words of the gateway that name something hidden", async () => {
    await leaveOut({ kind: "light" });
    const refusal = (about: string) => new CaretakerError("gateway_misbehaving", `${about} said ${CANARY}`);
    test.house.reads.set("log.errors", refusal("light.lamp"));
    test.house.reads.set("updates.list", refusal("The bridge"));

    const runId = await run();

    expect((await readOf(runId, "noted")).error).not.toContain(CANARY);
    expect((await readOf(runId, "waiting")).error).toContain(CANARY);
  });
});

describe("a switch that is left out of what we see", () => {
  it("is not switched off, and nobody is asked to allow it: nobody could tell whether it is on again", async () => {
    test.house.setBridge("wedged");
    await leaveOut({ kind: "switch" });

    const runId = await test.start(home, "cycling", { inputs: { bridge: home.bridge } });
    await test.forward("1h");

    expect(await test.run(runId)).toMatchObject({ status: "finished", outcome: "unclear" });
    expect(test.house.acts).toEqual([]);
    expect(test.messages).toEqual([]);
    expect(JSON.stringify(await test.events(runId))).toContain("Plug is left out of what we see");
  });

  it("is still switched on again by a run that began before", async () => {
    test.house.setBridge("wedged");
    test.house.effects.set("power.cycle", () => leaveOut({ kind: "switch" }));
    const runId = await test.start(home, "cycling", { inputs: { bridge: home.bridge } });
    await test.forward("5s");
    await test.answer("allow");
    await test.forward("5s");

    await test.runs.cancel({ runId, reason: "Enough", actor: SAM });
    await test.forward("5m");

    expect(test.house.acts.map(({ capability }) => capability)).toEqual(["power.cycle", "power.on"]);
  });
});
