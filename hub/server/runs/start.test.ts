import type { RunbookId } from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { digestOf } from "../ledger/canonical.ts";
import { getRun, listRuns, runEvents } from "./details.ts";
import {
  buildHome,
  createTestRuns,
  runbookOf,
  SAM,
  type TestHome,
  type TestRuns,
  testLibrary,
} from "./test-helpers.ts";

const CHECK = `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }`;
const RELOAD = `
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive }
    next: { failed: { end: not_fixed } }
  - end: fixed`;

const LIBRARY = testLibrary([
  `id: needing
version: 3
title: Needs things
tell: We look.
inputs:
  service: { type: integration, title: The integration }
  bridge: { type: device, optional: true }
  often: { type: number, default: 3 }
  mode: { type: choice, options: [soft, hard], optional: true }
  pause: { type: duration, default: 5m }
limit: 15m
steps:${CHECK}
  - end: found
`,
  runbookOf("reloading", `${CHECK}${RELOAD}`),
  runbookOf("looking", `${CHECK}\n  - end: found`),
]);

let database: TestDatabase;
let test: TestRuns;
let home: TestHome;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database.drop());

beforeEach(async () => {
  test = createTestRuns(database.db, LIBRARY);
  home = await buildHome(database.db, { standing: ["fix"] });
});

afterEach(() => test.close());

const given = () => ({ inputs: { service: home.integration } });
const mistakes = (start: Promise<unknown>) =>
  start.then(
    () => [],
    (error: { fields: { path: string; message: string }[] }) => error.fields,
  );

describe("starting a run", () => {
  it("says all that is wrong with what it is given at once", async () => {
    const inputs = { bridge: home.integration, often: "twice", mode: "harder", pause: "soon", sevice: "x" };

    expect(await mistakes(test.start(home, "needing", { inputs }))).toEqual([
      { path: "inputs.sevice", message: "is no input of needing. Did you mean service?" },
      { path: "inputs.service", message: "is missing: choose The integration." },
      { path: "inputs.bridge", message: "is no device of this site (bridge)" },
      { path: "inputs.often", message: "must be a number (often)" },
      { path: "inputs.mode", message: "must be one of soft, hard (mode)" },
      { path: "inputs.pause", message: "must be a duration, such as 20s or 5m (pause)" },
    ]);
  });

  it("answers a thing of another site as one that is not there", async () => {
    const other = await buildHome(database.db);

    expect(await mistakes(test.start(home, "needing", { inputs: { service: other.integration } }))).toEqual([
      { path: "inputs.service", message: "is no integration of this site (The integration)" },
    ]);
  });

  it("knows no runbook by a wrong name, but says which was probably meant", async () => {
    await expect(test.start(home, "neding")).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining("Did you mean needing?"),
    });
  });

  it("keeps the version it began with, by its digest", async () => {
    const runId = await test.start(home, "needing", given());

    const { digest } = await test.run(runId);
    const kept = await database.db
      .selectFrom("runbookVersion")
      .selectAll()
      .where("digest", "=", digest)
      .executeTakeFirstOrThrow();
    expect(digestOf(kept.document)).toBe(digest);
    expect(kept).toMatchObject({ id: "needing", version: 3, source: expect.stringContaining("title: Needs things") });
  });

  it("takes the only gateway that can, and asks which where there are two", async () => {
    const runId = await test.start(home, "looking", { inputs: {} });
    expect(await test.run(runId)).toMatchObject({ gatewayId: home.gatewayId });

    await database.db
      .insertInto("gateway")
      .values({
        id: crypto.randomUUID(),
        siteId: home.siteId,
        connector: "home-assistant",
        name: "Garden house",
        config: "{}",
        address: "http://192.168.1.21:8123",
        reason: JSON.stringify({ code: "new" }),
        since: new Date(),
        createdAt: new Date(),
      })
      .execute();

    expect(await mistakes(test.start(home, "looking", { inputs: {} }))).toMatchObject([
      { path: "gatewayId", message: expect.stringContaining("say which (") },
    ]);
    const named = await test.start(home, "looking", given());
    expect(await test.run(named)).toMatchObject({ gatewayId: home.gatewayId });
  });

  it("lets no second run act where one acts, and says which is there", async () => {
    const first = await test.start(home, "reloading", given());
    const { number } = await test.run(first);

    await expect(test.start(home, "reloading", given())).rejects.toMatchObject({
      code: "run_in_progress",
      message: expect.stringContaining(`RUN-${number}`),
    });
    await expect(test.start(home, "looking", given())).resolves.toBeDefined();
    await test.forward("1m");
    await expect(test.start(home, "reloading", given())).resolves.toBeDefined();
  });

  it("of several that begin at one moment, lets one in", async () => {
    const starts = await Promise.allSettled(Array.from({ length: 6 }, () => test.start(home, "reloading", given())));

    expect(starts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await database.db.selectFrom("run").select("id").where("siteId", "=", home.siteId).execute()).toHaveLength(
      1,
    );
  });

  it("is refused at a site that is out of service", async () => {
    await database.db.updateTable("site").set({ removedAt: new Date() }).where("id", "=", home.siteId).execute();

    await expect(test.start(home, "looking", given())).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("what is told of runs", () => {
  it("names things as people do, and shows every step that is still to come", async () => {
    const runId = await test.start(home, "needing", given());

    const run = await getRun(test.deps, runId);

    expect(run.inputs).toMatchObject({
      service: { title: "The integration", value: home.integration, shown: "Hue" },
      bridge: { value: null, shown: "nothing" },
      often: { value: 3, shown: "3" },
    });
    expect(run.outline).toEqual([
      { name: "alive", kind: "check", title: "Check: the state of one integration", scope: null, canPutBack: false },
      { name: "end.healthy", kind: "end", title: "End: healthy", scope: null, canPutBack: false },
      { name: "end.found", kind: "end", title: "End: found", scope: null, canPutBack: false },
    ]);
    expect(run).toMatchObject({ startedBy: "Sam Jansen", tell: "We look.", consents: [], siteName: "Canal house" });
  });

  it("comes in pages, newest first, and the log from any number on", async () => {
    const runIds = [];
    for (let number = 0; number < 5; number += 1) runIds.push(await test.start(home, "looking", given()));
    await test.forward("1s");

    const { siteId } = home;
    const first = await listRuns(test.deps, { siteId, limit: 3 });
    const second = await listRuns(test.deps, { siteId, limit: 3, cursor: first.nextCursor ?? "" });

    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(runIds.toReversed());
    expect(second.nextCursor).toBeNull();
    expect((await listRuns(test.deps, { siteId, status: "queued", limit: 9 })).items).toEqual([]);
    await expect(listRuns(test.deps, { limit: 1, cursor: "x" })).rejects.toMatchObject({ code: "invalid_input" });
    const [runId] = runIds;
    const all = await runEvents(test.deps, { runId: runId!, since: 0, limit: 100 });
    expect((await runEvents(test.deps, { runId: runId!, since: 3, limit: 100 })).items).toEqual(all.items.slice(3));
    expect(all.lastEvent).toBe(all.items.length);
  });

  it("is announced once it is committed, event by event", async () => {
    const seen: number[] = [];
    test.deps.announcements.on("run.stepped", ({ events }) => seen.push(...events.map(({ number }) => number)));
    await test.runs.start({
      siteId: home.siteId,
      runbook: "looking" as RunbookId,
      inputs: { service: home.integration },
      reason: "Look",
      homeownerAsked: false,
      actor: SAM,
    });

    await test.forward("1s");

    expect(seen).toEqual(seen.map((_, index) => index + 1));
    expect(seen.length).toBeGreaterThan(4);
  });
});
