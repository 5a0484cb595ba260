import { join } from "node:path";
import type { FakeProcessor } from "@caretaker/connector-crestron/fake-gateway";
import {
  type Gateway,
  type GatewayId,
  type HubReadName,
  type RunbookId,
  type RunId,
  systemClock,
} from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAnnouncements } from "../announcements.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { createGateways, type Gateways } from "../gateways/gateways.ts";
import { gatewayHandlers } from "../gateways/handlers.ts";
import { type AnyFake, startFakeOf } from "../gateways/test-fakes.ts";
import { MemoryVault } from "../gateways/test-vault.ts";
import { type Library, loadLibrary } from "../runbooks/library.ts";
import { createState, type HubState } from "../state/state.ts";
import { answerQuestion } from "./question.ts";
import {
  buildHome,
  createTestRuns,
  dataOf,
  expectLogFolds,
  SAM,
  type TestHome,
  type TestRuns,
} from "./test-helpers.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const ROOT = join(import.meta.dirname, "../../..");
const COMES_SOON = { timeout: 15_000, interval: 20 };

let library: Library;
let database: TestDatabase;
let fakes: Map<string, AnyFake>;
let ids: Map<string, GatewayId>;
let state: HubState;
let gateways: Gateways;
/** As after a restart of the hub: nothing but the database is left. */
let startAnew: () => Promise<void>;
let removeGateway: (gatewayId: GatewayId) => Promise<void>;
let test: TestRuns;
let home: TestHome;

beforeAll(async () => {
  database = await testDatabase();
  library = await loadLibrary(
    ROOT,
    connectors.map(({ manifest }) => manifest),
  );
});

afterAll(() => database.drop());

/** One home with a gateway of each make, behind the hub's own dialer. */
beforeEach(async () => {
  const { db } = database;
  home = await buildHome(db);
  await db.updateTable("gateway").set({ removedAt: new Date() }).where("id", "=", home.gatewayId).execute();
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  const clock = systemClock;
  state = createState({ db, clock, announcements, log: silent, connectorName: (id) => id });
  const deps = { db, state, vault: new MemoryVault(), connectors, clock, log: silent, announcements };
  gateways = createGateways(deps);
  await state.start();
  const handlers = gatewayHandlers({ ...deps, gateways });
  const call = { actor: SAM, requestId: "r", now: new Date(), signal: new AbortController().signal };
  fakes = new Map();
  ids = new Map();
  for (const { manifest } of connectors) {
    const fake = await startFakeOf(manifest.id);
    fakes.set(manifest.id, fake);
    const given = { siteId: home.siteId, connector: manifest.id, name: manifest.name, config: { ...fake.config } };
    ids.set(manifest.id, (await handlers["gateway.add"](given, call)).id);
  }
  removeGateway = async (gatewayId) => {
    await handlers["gateway.remove"]({ gatewayId }, call);
  };
  for (const id of ids.values()) await becomes(id, "online");
  startAnew = async () => {
    await gateways.close();
    gateways = createGateways(deps);
    await gateways.start();
  };
  test = createTestRuns(db, library);
  test.house.read = gateways.read;
  test.house.act = async (gatewayId, { capability, input, attemptId }) =>
    gateways.act(gatewayId, { capability, input, attemptId });
  test.house.status = gateways.status;
  test.house.capabilitiesOf = gateways.capabilitiesOf;
});

afterEach(async () => {
  await test.close();
  await gateways.close();
  await state.close();
  for (const fake of fakes.values()) await fake.close();
});

const becomes = (id: GatewayId, state: Gateway["state"]) =>
  expect.poll(() => gateways.status(id).state, COMES_SOON).toBe(state);

async function start(runbook: string, make: string, inputs: Record<string, string> = {}): Promise<RunId> {
  const request = { siteId: home.siteId, gatewayId: ids.get(make) as GatewayId, runbook: runbook as RunbookId };
  const run = await test.runs.start({ ...request, inputs, reason: "Look", homeownerAsked: false, actor: SAM });
  return run.id;
}

/** What a read of the hub itself answers about a gateway. */
const found = (make: string, read: HubReadName) => gateways.read(ids.get(make) as GatewayId, read, {});

const makes = connectors.map(({ manifest }) => manifest.id);
const readings = async (runId: RunId) =>
  dataOf(await test.events(runId), "step.read").map((data) => ("capability" in data ? data.capability : ""));

const hasLog = (make: string) =>
  connectors.find(({ manifest }) => manifest.id === make)?.manifest.capabilities["log.errors"];

/** What came of each step that has ended. */
async function resultsOf(runId: RunId): Promise<Record<string, string>> {
  const ended = dataOf(await test.events(runId), "step.ended");
  return Object.fromEntries(
    ended.flatMap((data) => (data.kind === "step.ended" ? [[data.step, String(data.result)]] : [])),
  );
}

async function takeAway(make: string): Promise<void> {
  await fakes.get(make)?.goAway();
  await becomes(ids.get(make) as GatewayId, "unreachable");
}

describe("one runbook over several makes", () => {
  it.each(makes)("looks over the gateway of a %s, and finds that it is well", async (make) => {
    const runId = await start("gateway-health", make);

    await test.forward("1m");

    // The simulated Home Assistant waits for updates and has noted errors; no other make has any to say.
    const isWell = make !== "home-assistant";
    expect(await test.run(runId)).toMatchObject({ outcome: isWell ? "healthy" : "found" });
    expect(await readings(runId)).toEqual([
      "gateway.lastSeen",
      "gateway.info",
      "net.connect",
      "net.tls",
      "firmware.list",
      "log.errors",
    ]);
    const { software, noted } = await resultsOf(runId);
    expect({ software, noted }).toEqual({
      software: isWell ? "pass" : "fail",
      noted: hasLog(make) ? (isWell ? "pass" : "fail") : "unknown",
    });
    await expectLogFolds(test, runId);
  });

  it.each(makes)(
    "finds that a %s is away without waiting for it, and asks the homeowner about its light",
    async (make) => {
      await takeAway(make);
      const runId = await start("gateway-offline", make);

      await test.forward("5m");

      expect(await test.run(runId)).toMatchObject({ status: "waiting_for_answer" });
      expect(test.messages.at(-1)?.text).toContain("Is a light lit on the small box");
      expect(dataOf(await test.events(runId), "run.waiting")).not.toContainEqual(
        expect.objectContaining({ for: "waiting_for_gateway" }),
      );
      // The other gateways of the home answer, so nobody has to look at the router.
      await test.questions.answer({ token: questionToken(), answer: "dark" });
      await test.forward("1m");
      expect(await test.run(runId)).toMatchObject({ outcome: "needs_homeowner" });
      await expectLogFolds(test, runId);
    },
  );
});

const questionToken = (): string => /\/[a-z]\/([A-Za-z0-9_-]{16,})/.exec(test.messages.at(-1)?.text ?? "")?.[1] ?? "";

describe("a gateway that comes back while it is looked for", () => {
  it("is waited for until it has stayed for ten minutes", async () => {
    await takeAway("control4");
    const runId = await start("gateway-offline", "control4");
    await test.forward("5m");
    await test.questions.answer({ token: questionToken(), answer: "lit" });
    const status = test.house.read;
    test.house.read = async (gatewayId, capability, input) => {
      const answer = await status(gatewayId, capability, input);
      return capability === "gateway.lastSeen" ? { ...answer, isOnline: true } : answer;
    };

    await test.forward("9m");
    expect((await test.run(runId)).status).not.toBe("finished");
    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({ outcome: "healthy" });
  });
});

describe("a log that was read before the hub was restarted", () => {
  const changes = () => gateways.read(ids.get("crestron") as GatewayId, "log.changes", {});

  it("is compared with what stood there then", async () => {
    expect(await changes()).toMatchObject({ comparedWith: null, warnings: 1 });

    await startAnew();
    await becomes(ids.get("crestron") as GatewayId, "online");

    expect(await changes()).toMatchObject({ comparedWith: expect.any(String), warnings: 0, entries: [] });
  });

  it("is remembered by nothing that could be read, and not beyond its gateway", async () => {
    await changes();
    const key = `gateway:${ids.get("crestron")}`;
    const remembered = () => database.db.selectFrom("hubMemory").select("value").where("key", "=", key).execute();
    expect(JSON.stringify(await remembered())).not.toContain("Not Responding");
    expect(await remembered()).toHaveLength(1);

    await removeGateway(ids.get("crestron") as GatewayId);

    expect(await remembered()).toEqual([]);
  });
});

describe("a processor's own runbooks", () => {
  const processor = () => fakes.get("crestron") as FakeProcessor;
  const says = async (runId: RunId, step: string, answer: string) => {
    await answerQuestion(test.deps, { runId, step, answer, actor: SAM });
    await test.forward("1m");
  };
  /** By its own name, as somebody would choose it. */
  const program = async () => {
    const gatewayId = ids.get("crestron") as GatewayId;
    const all = database.db.selectFrom("device").select("id").where("gatewayId", "=", gatewayId);
    const one = all.where("key", "=", "program-1");
    await expect.poll(() => one.execute(), COMES_SOON).toHaveLength(1);
    return (await one.executeTakeFirstOrThrow()).id;
  };
  const asks = async (runId: RunId) => {
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_answer" });
    expect(processor().console.acts).toEqual([]);
  };

  it("restart the one program that somebody says is stuck, and prove it by its own uptime", async () => {
    const runId = await start("crestron/program-restart", "crestron", { program: await program() });
    await test.forward("10s");
    await asks(runId);

    await says(runId, "stuck", "stuck");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_consent" });
    await test.answer("allow");
    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    expect(processor().console.acts).toEqual(["PROGRESET 1"]);
    await expectLogFolds(test, runId);
  });

  it("leave a program alone that works", async () => {
    const runId = await start("crestron/program-restart", "crestron", { program: await program() });
    await test.forward("10s");

    await says(runId, "stuck", "works");

    expect(await test.run(runId)).toMatchObject({ outcome: "healthy" });
    expect(processor().console.acts).toEqual([]);
  });

  it.each([
    ["by the network once somebody says that it is wrong", true, "fixed"],
    ["and say so where the network does not help", false, "not_fixed"],
  ])("set a clock right %s", async (_how, syncHelps, outcome) => {
    Object.assign(processor().knobs, { clockOffSeconds: 180, syncHelps });
    const runId = await start("crestron/clock-sync", "crestron");
    await test.forward("10s");
    await asks(runId);

    await says(runId, "compared", "wrong");
    if ((await test.run(runId)).status === "waiting_for_consent") await test.answer("allow");
    await test.forward("5m");

    expect(await test.run(runId)).toMatchObject({ outcome });
    expect(processor().console.acts).toEqual(["SNTP sync"]);
    await expectLogFolds(test, runId);
  });

  it("read its log and its clock, and find nothing where nothing is wrong", async () => {
    const runId = await start("crestron/processor-health", "crestron");

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "healthy" });
    expect(processor().console.acts).toEqual([]);
  });
});

describe("what the hub reads by itself", () => {
  it("says when each was heard last, and how many others of the home answer", async () => {
    expect(await found("cresnext", "gateway.lastSeen")).toMatchObject({ isOnline: true, others: 3, othersOnline: 3 });

    await takeAway("cresnext");

    expect(await found("cresnext", "gateway.lastSeen")).toMatchObject({ isOnline: false, state: "unreachable" });
    expect(await found("control4", "gateway.lastSeen")).toMatchObject({ isOnline: true, others: 3, othersOnline: 2 });
  });

  it("knows an open door from one where nothing listens, and says why", async () => {
    expect(await found("crestron", "net.connect")).toMatchObject({ isOpen: true, closed: 0, reason: null });

    await takeAway("crestron");

    expect(await found("crestron", "net.connect")).toMatchObject({ isOpen: false, reason: "connection_refused" });
  });

  it("reads the certificate that a person confirmed, and that a plain door shows none", async () => {
    const shown = await found("control4", "net.tls");

    expect(shown).toMatchObject({ isTls: true, isConfirmed: true, daysLeft: expect.any(Number) });
    expect(await found("home-assistant", "net.tls")).toMatchObject({ isTls: false, daysLeft: null });
  });

  it("opens no secret for it", async () => {
    for (const [make, id] of ids) {
      const row = await database.db.selectFrom("gateway").select("config").where("id", "=", id).executeTakeFirst();
      const secrets = connectors.find(({ manifest }) => manifest.id === make)?.manifest.secrets ?? [];
      expect(Object.keys(row?.config ?? {}).filter((field) => secrets.includes(field))).toEqual([]);
      expect(await found(make, "net.resolve")).toMatchObject({ isKnown: true, allowed: 1 });
    }
  });
});
