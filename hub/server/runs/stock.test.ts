import { readFileSync } from "node:fs";
import { join } from "node:path";
import { homeAssistant } from "@caretaker/connector-home-assistant";
import { type FakeHomeAssistant, startFakeHomeAssistant } from "@caretaker/connector-home-assistant/fake-gateway";
import { createPlainDialer } from "@caretaker/kit";
import {
  CAPABILITIES,
  type CapabilityInput,
  type CapabilityName,
  type GatewaySession,
  type Inventory,
  type RunbookId,
  referenceOf,
  systemClock,
} from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { verifyChain } from "../ledger/read.ts";
import { judge } from "../runbooks/expect.ts";
import { IllFixture } from "../runbooks/fixtures.ts";
import { type Library, loadLibrary, makeLibrary } from "../runbooks/library.ts";
import { namesOf } from "../runbooks/names.ts";
import { allSteps } from "../runbooks/results.ts";
import { buildHome, createTestRuns, dataOf, expectLogFolds, type TestHome, type TestRuns } from "./test-helpers.ts";
import { fieldSubjects } from "./values.ts";

/** What each stock runbook with a fix is for. One that is not here fails below, so that none is forgotten. */
const ILL: Readonly<Record<string, readonly Parameters<FakeHomeAssistant["setBridge"]>[1][]>> = {
  "home-assistant/stuck-integration": ["wedged", "broken", "not_ready"],
  "home-assistant/dead-bridge": ["dead"],
};

const ROOT = join(import.meta.dirname, "../../..");
let library: Library;
let database: TestDatabase;
let fake: FakeHomeAssistant;
let session: GatewaySession;
let inventory: Inventory;

beforeAll(async () => {
  database = await testDatabase();
  library = await loadLibrary(
    ROOT,
    connectors.map(({ manifest }) => manifest),
  );
});

afterAll(() => database.drop());

beforeEach(async () => {
  fake = await startFakeHomeAssistant();
  session = await homeAssistant.connect(
    { url: fake.url, token: fake.token },
    {
      dialer: createPlainDialer(),
      clock: systemClock,
      log: { debug() {}, info() {}, warn() {} },
      emit: (event) => {
        if (event.type === "inventory") inventory = event.inventory;
      },
    },
  );
});

afterEach(async () => {
  await session.close();
  await fake.close();
});

const keyOf = (of: "entities" | "devices" | "integrations", called: string): string => {
  const found =
    of === "entities"
      ? inventory.entities.find(({ label }) => label === called)
      : inventory[of].find(({ name }) => name === called);
  if (found === undefined) throw new Error(`There is no ${called}`);
  return found.key;
};

/** What a read is given when it is about the hall bridge, its integration or its plug. */
function aboutTheBridge(capability: CapabilityName): Record<string, unknown> {
  const keys: Readonly<Record<string, () => string>> = {
    integration: () => keyOf("integrations", "Hall bridge"),
    device: () => keyOf("devices", "Hall bridge"),
    entity: () => keyOf("entities", "switch.hall_bridge_plug"),
  };
  return Object.fromEntries(
    Object.entries(CAPABILITIES[capability].input.shape).map(([field, schema]) => [
      field,
      keys[referenceOf(schema) ?? ""]?.(),
    ]),
  );
}

/** Those of other makes are proven against the fakes of those. */
const ofHomeAssistant = () => library.runbooks.filter(({ id }) => id.startsWith("home-assistant/"));

const read = (capability: CapabilityName) =>
  session.read({ capability, input: aboutTheBridge(capability) as CapabilityInput<typeof capability> });

async function inState(mode: Parameters<FakeHomeAssistant["setBridge"]>[1]): Promise<void> {
  fake.setBridge("Hall bridge", mode);
  // These show themselves when the integration is set up anew.
  if (mode === "broken" || mode === "not_ready" || mode === "dead") {
    const input = { integration: keyOf("integrations", "Hall bridge") };
    await session.act({ capability: "integration.reload", input, attemptId: "before" });
  }
}

describe("the stock runbooks", () => {
  it("are good in every respect, and run on this hub", () => {
    expect(library.runbooks.map(({ id }) => id)).toEqual([
      "control4/devices-offline",
      "control4/director-auth",
      "control4/room-stuck",
      "cresnext/panel-restart",
      "crestron/clock-sync",
      "crestron/panel-offline",
      "crestron/processor-health",
      "crestron/program-restart",
      "gateway-health",
      "gateway-offline",
      "home-assistant/dead-bridge",
      "home-assistant/health-check",
      "home-assistant/stuck-integration",
    ]);
    expect(library.get("home-assistant/health-check")?.facts).toMatchObject({ readsOnly: true, locks: [] });
  });

  it("prove their fixes by something that fails in the state they are for", async () => {
    const proven: string[] = [];
    for (const { id, runbook } of ofHomeAssistant()) {
      const names = namesOf(runbook, library.world);
      for (const step of allSteps(runbook.steps)) {
        if (step.kind !== "fix") continue;
        const test = names.readOf(step.verify.test)?.test;
        for (const mode of ILL[id] ?? []) {
          await inState("ok");
          await inState(mode);
          const output = await read(test?.read as CapabilityName);
          const { met } = judge(test?.expect ?? {}, fieldSubjects(output, new Map(), new Date()));
          expect({ id, step: step.name, mode, met }).toMatchObject({ met: false });
          proven.push(id);
        }
      }
    }
    const fixing = ofHomeAssistant()
      .filter(({ facts }) => !facts.readsOnly)
      .map(({ id }) => id as string);
    expect([...new Set(proven)]).toEqual(fixing);
  });

  it("carry a recording of that state which a Home Assistant still confirms", async () => {
    for (const [id, mode] of [
      ["stuck-integration", "wedged"],
      ["dead-bridge", "dead"],
    ] as const) {
      await inState("ok");
      await inState(mode);
      const path = join(ROOT, "connectors/home-assistant/runbooks/fixtures", `${id}.ill.json`);
      const { reads } = IllFixture.parse(JSON.parse(readFileSync(path, "utf8")));

      for (const [capability, recorded] of Object.entries(reads)) {
        await expect.poll(() => read(capability as CapabilityName), { timeout: 5000 }).toEqual(recorded);
      }
    }
  });

  it("know that a wedged bridge leaves its integration loaded", async () => {
    await inState("wedged");

    const { state, unavailable } = (await read("integration.state")) as { state: string; unavailable: number };

    expect(state).toBe("loaded");
    expect(unavailable).toBeGreaterThan(0);
  });
});

describe("against a Home Assistant", () => {
  let test: TestRuns;
  let home: TestHome;

  beforeEach(async () => {
    // The same runbooks with the power off for a shorter time.
    const texts = library.runbooks.map(({ id, text, source }) => ({
      file: source.file,
      id,
      text: text.replace("off: 10s", "off: 1s"),
    }));
    test = createTestRuns(database.db, makeLibrary(texts, library.world.connectors));
    home = await buildHome(database.db, { standing: ["fix"] });
    await database.db
      .updateTable("integration")
      .set({ key: keyOf("integrations", "Hall bridge") })
      .where("id", "=", home.integration)
      .execute();
    await database.db
      .updateTable("device")
      .set({ key: keyOf("devices", "Hall bridge") })
      .where("id", "=", home.bridge)
      .execute();
    await database.db
      .updateTable("entity")
      .set({ key: keyOf("entities", "switch.hall_bridge_plug") })
      .where("id", "=", home.plug)
      .execute();
    test.house.read = async (_gatewayId, capability, input) => session.read({ capability, input });
    test.house.act = async (_gatewayId, request) => session.act(request);
  });

  afterEach(() => test.close());

  const started = (runbook: string, inputs = {}) =>
    test.start(home, runbook as RunbookId, { inputs: { service: home.integration, ...inputs } });

  it("a wedged integration is reloaded once, and proven to answer again", async () => {
    await inState("wedged");
    const runId = await started("home-assistant/stuck-integration");

    await test.forward("2m");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    expect(fake.countActs("homeassistant", "reload_config_entry")).toBe(1);
    const reads = dataOf(await test.events(runId), "step.read");
    const unavailable = (purpose: string) =>
      reads
        .filter((data) => data.kind === "step.read" && data.purpose === purpose)
        .flatMap((data) => (data.kind === "step.read" ? data.measurements : []))
        .findLast(({ field }) => field === "unavailable")?.value;
    expect(unavailable("before")).toBeGreaterThan(0);
    expect(unavailable("verify")).toBe(0);
    await expectLogFolds(test, runId);
  });

  it("one that asks for a sign-in is left to people", async () => {
    await inState("ok");
    fake.setBridge("Hall bridge", "auth");
    const input = { integration: keyOf("integrations", "Hall bridge") };
    await session.act({ capability: "integration.reload", input, attemptId: "before" });
    const runId = await started("home-assistant/stuck-integration");

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "needs_homeowner" });
    expect(fake.countActs("homeassistant", "reload_config_entry")).toBe(1);
  });

  it("a dead bridge is power-cycled after a yes, and only then", async () => {
    await inState("dead");
    const runId = await started("home-assistant/dead-bridge", { bridge: home.bridge });
    await test.forward("10s");
    expect(await test.run(runId)).toMatchObject({ status: "waiting_for_consent" });
    expect(fake.countActs("switch", "turn_off")).toBe(0);

    await test.answer("allow");
    await test.forward("5m");

    expect(await test.run(runId)).toMatchObject({ outcome: "fixed" });
    expect(fake.countActs("switch", "turn_off")).toBe(1);
    expect(await verifyChain(database.db, home.siteId)).toMatchObject({ whole: true });
    await expectLogFolds(test, runId);
  });

  it("a home is looked over without touching anything, and what was found stands in the log", async () => {
    const runId = await test.start(home, "home-assistant/health-check");

    await test.forward("1m");

    expect(await test.run(runId)).toMatchObject({ outcome: "found" });
    expect(
      dataOf(await test.events(runId), "step.read").map((data) => "capability" in data && data.capability),
    ).toEqual(["gateway.info", "integration.list", "repairs.list", "log.errors", "backup.info", "updates.list"]);
    expect(await database.db.selectFrom("attempt").select("id").where("runId", "=", runId).execute()).toEqual([]);
  });
});
