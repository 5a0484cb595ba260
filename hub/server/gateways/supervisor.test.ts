import { createTestClock, type TestClock } from "@caretaker/kit";
import { CaretakerError, type GatewayId, type SessionEvent, type SiteId } from "@caretaker/protocol";
import { createDialer } from "@caretaker/reach/dialer.ts";
import { beforeEach, describe, expect, it } from "vitest";
import { GatewayRecord, type GatewayStatus, SiteRecord } from "../state/records.ts";
import { Slots } from "./slots.ts";
import { Supervisor, type SupervisorDeps } from "./supervisor.ts";
import { TestGateway, testConnector } from "./test-connector.ts";

const silent = { debug() {}, info() {}, warn() {} };
let clock: TestClock;
let home: TestGateway;
let record: GatewayRecord;
let taken: SessionEvent[];
let turns: string[];
let wasAccepted: boolean;
let tries: number[];

beforeEach(() => {
  clock = createTestClock();
  home = new TestGateway();
  taken = [];
  turns = [];
  tries = [];
  wasAccepted = false;
  record = buildRecord();
});

function buildRecord(): GatewayRecord {
  const site = new SiteRecord({
    id: "site" as SiteId,
    number: 1,
    name: "Home",
    clientId: "client" as never,
    clientName: "Client",
    town: null,
    phone: null,
    timeZone: "UTC",
    isSimulated: false,
    createdAt: 0,
  });
  const facts = {
    id: "gateway" as GatewayId,
    connector: "test",
    connectorName: "Test",
    name: "Gateway",
    address: "",
    isSimulated: false,
    agentId: null,
  };
  return new GatewayRecord(site, facts, {
    state: "connecting",
    reason: { code: "connecting" },
    since: 0,
    lastSeenAt: 0,
    acceptedAt: null,
    nextTryAt: null,
    version: null,
    isAdmin: null,
    garbage: 0,
    software: "running",
  });
}

function supervise(more: Partial<SupervisorDeps> = {}): Supervisor {
  const supervisor = new Supervisor({
    gateway: record,
    connector: testConnector({ home }),
    openConfig: async () => ({ host: "home", port: 1, token: "secret" }),
    dialerFor: (allow) => createDialer({ allow, clock }),
    slots: new Slots(10),
    clock,
    random: () => 1,
    log: silent,
    memory: { recall: async () => undefined, keep: async () => {} },
    intake: (event) => {
      taken.push(event);
      record.status.lastSeenAt = clock.now().getTime();
    },
    tapped: () => {},
    report: (patch: Partial<GatewayStatus>) => {
      Object.assign(record.status, patch);
      if (patch.state !== undefined && patch.state !== turns.at(-1)) turns.push(patch.state);
      if (patch.state === "online") wasAccepted = true;
      if (typeof patch.nextTryAt === "number") tries.push(patch.nextTryAt - clock.now().getTime());
    },
    wasAccepted: () => wasAccepted,
    ...more,
  });
  supervisor.start();
  return supervisor;
}

const failing = (code: ConstructorParameters<typeof CaretakerError>[0], meta = {}): CaretakerError =>
  new CaretakerError(code, "It failed.", { meta });

describe("a session", () => {
  it("is opened with the configuration, and what it says is handed on", async () => {
    supervise();
    await clock.forward(0);

    expect(home.attempts).toEqual([{ host: "home", port: 1, token: "secret" }]);
    expect(record.status).toMatchObject({ state: "online", version: "2026.11.0", isAdmin: true });
    expect(taken.map((event) => event.type)).toEqual(["inventory", "states"]);
  });

  it("is not heard any more once it was lost", async () => {
    supervise();
    await clock.forward(0);
    const before = taken.length;

    home.lose("unreachable");
    home.change({ key: "one", state: "on" });

    expect(taken).toHaveLength(before);
  });

  it("is closed when the supervisor stops, and nothing is tried again", async () => {
    const supervisor = supervise();
    await clock.forward(0);

    await supervisor.stop();
    await clock.forward("1d");

    expect(home.closed).toBe(1);
    expect(home.attempts).toHaveLength(1);
  });

  it("is closed when it comes after its minute is over", async () => {
    home.isStuck = true;
    supervise();
    await clock.forward("61s");
    expect(turns).toEqual(["unreachable"]);

    home.failure = null;
    home.unstick();
    await clock.forward(0);

    expect(home.closed).toBe(1);
  });

  it("is found to be half-open within a minute and a half of silence, though nobody said goodbye", async () => {
    supervise();
    await clock.forward(0);
    home.answers["gateway.info"] = "never";

    await clock.forward("110s");

    expect(turns).toContain("unreachable");
    expect(home.closed).toBeGreaterThanOrEqual(1);
  });

  it("stays when a silent gateway answers", async () => {
    supervise();
    await clock.forward("1h");

    expect(turns).toEqual(["online"]);
    expect(home.read.length).toBeGreaterThan(30);
  });
});

describe("coming back", () => {
  it("waits twice as long after each failure, up to five minutes", async () => {
    home.failure = failing("gateway_unreachable", { cause: "connection_refused" });
    supervise();
    await clock.forward("30m");

    expect(tries.slice(0, 11)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1000));
    expect(record.status.reason.code).toBe("connection_refused");
  });

  it("spreads its tries over the whole wait, so that a fleet does not come at once", async () => {
    home.failure = failing("gateway_unreachable");
    let draw = 0;
    supervise({ random: () => [0.1, 0.9, 0.5][draw++ % 3] as number });
    await clock.forward("10s");

    expect(tries.slice(0, 3)).toEqual([100, 1800, 2000]);
  });

  it("begins anew only after a minute of being connected: a proxy that accepts and drops is not hammered", async () => {
    supervise();
    for (let round = 0; round < 4; round += 1) {
      await clock.forward(0);
      home.lose("unreachable");
      await clock.forward(0);
      await clock.forward(tries.at(-1) ?? 0);
    }
    expect(tries).toEqual([1000, 2000, 4000, 8000]);

    await clock.forward("61s");
    home.lose("unreachable");
    await clock.forward(0);

    expect(tries.at(-1)).toBe(1000);
  });

  it("connects to so many at a time", async () => {
    const homes = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`home${index}`, new TestGateway()]));
    for (const one of Object.values(homes)) one.isStuck = true;
    const slots = new Slots(3);
    for (const host of Object.keys(homes))
      supervise({
        slots,
        connector: testConnector(homes),
        openConfig: async () => ({ host, port: 1, token: "secret" }),
      });
    await clock.forward(0);
    const trying = (): number => Object.values(homes).filter((one) => one.attempts.length > 0).length;
    expect(trying()).toBe(3);

    homes.home0?.unstick();
    await clock.forward(0);

    expect(trying()).toBe(4);
  });
});

describe("what time cannot mend", () => {
  it("never tries refused credentials again by itself", async () => {
    home.failure = failing("gateway_auth_failed");
    supervise();
    await clock.forward("30d");

    expect(home.attempts).toHaveLength(1);
    expect(record.status).toMatchObject({ state: "credentials_refused", nextTryAt: null });
  });

  it("knows that credentials which worked and are refused now were taken back by the home", async () => {
    supervise();
    await clock.forward(0);
    home.failure = failing("gateway_auth_failed");

    home.lose("unreachable");
    await clock.forward("30d");

    expect(turns).toEqual(["online", "unreachable", "access_withdrawn"]);
    expect(home.attempts).toHaveLength(2);
  });

  it.each([
    ["withdrawn", "access_withdrawn"],
    ["refused", "access_withdrawn"],
    ["unsupported", "unsupported"],
  ] as const)("stops when a session ends as %s", async (kind, state) => {
    supervise();
    await clock.forward(0);

    home.lose(kind);
    await clock.forward("1d");

    expect(record.status.state).toBe(state);
    expect(home.attempts).toHaveLength(1);
  });

  it("tries a gateway that talks nonsense again, as one that misbehaves", async () => {
    supervise();
    await clock.forward(0);

    home.lose("misbehaving");
    await clock.forward(0);
    expect(record.status.state).toBe("misbehaving");
    await clock.forward("2s");

    expect(record.status.state).toBe("online");
  });

  it("survives a connector that throws something of its own", async () => {
    home.failure = new TypeError("x is undefined");
    supervise();
    await clock.forward(0);

    expect(record.status).toMatchObject({ state: "misbehaving", reason: { code: "connector_failed" } });
  });

  it("says when a confirmed certificate is another now", async () => {
    home.failure = failing("gateway_certificate_unknown", { changed: true });
    supervise();
    await clock.forward(0);

    expect(record.status).toMatchObject({ state: "unreachable", reason: { code: "certificate_changed" } });
  });
});

describe("a restart of the gateway", () => {
  it("is a restart and not an outage, while it lasts", async () => {
    supervise();
    await clock.forward(0);
    home.failure = failing("gateway_unreachable", { cause: "connection_refused" });

    home.lose("restarting");
    await clock.forward("40s");
    home.failure = null;
    await clock.forward("5s");

    expect(turns).toEqual(["online", "restarting", "online"]);
    expect(tries.every((wait) => wait <= 4000)).toBe(true);
  });

  it("becomes an outage after ten minutes", async () => {
    supervise();
    await clock.forward(0);
    home.failure = failing("gateway_unreachable");

    home.lose("restarting");
    await clock.forward("11m");

    expect(turns).toEqual(["online", "restarting", "unreachable"]);
  });
});

describe("asking", () => {
  it("reads and acts through the session", async () => {
    const supervisor = supervise();
    await clock.forward(0);
    home.answers["entity.refresh"] = { contextId: "c1" };

    const info = await supervisor.read("gateway.info", {});
    const done = await supervisor.act({
      capability: "entity.refresh",
      input: { entity: "one" },
      attemptId: "attempt-1",
    });

    expect(info.version).toBe("1");
    expect(done).toEqual({ contextId: "c1" });
    expect(home.acted).toEqual([{ capability: "entity.refresh", input: { entity: "one" }, attemptId: "attempt-1" }]);
  });

  it("says that nothing was sent while there is no session", async () => {
    home.failure = failing("gateway_unreachable");
    const supervisor = supervise();
    await clock.forward(0);

    await expect(
      supervisor.act({ capability: "entity.refresh", input: { entity: "one" }, attemptId: "a" }),
    ).rejects.toMatchObject({
      code: "gateway_unreachable",
      meta: { isSent: false },
    });
  });

  it("gives up an answer that does not come, and leaves open whether it happened", async () => {
    const supervisor = supervise();
    await clock.forward(0);
    home.answers["entity.refresh"] = "never";

    const work = supervisor
      .act({ capability: "entity.refresh", input: { entity: "one" }, attemptId: "a" })
      .catch((error: unknown) => error);
    await clock.forward("6s");

    const error = await work;
    expect(error).toMatchObject({ code: "gateway_timeout" });
    expect((error as CaretakerError).meta.isSent).toBeUndefined();
  });

  it("gives an action that takes its time that time on top", async () => {
    const supervisor = supervise();
    await clock.forward(0);
    home.answers["power.cycle"] = "never";
    let error: unknown;

    supervisor
      .act({ capability: "power.cycle", input: { switch: "plug", off: 30 }, attemptId: "a" })
      .catch((failure: unknown) => {
        error = failure;
      });
    await clock.forward("34s");
    expect(error).toBeUndefined();
    await clock.forward("2s");

    expect(error).toMatchObject({ code: "gateway_timeout" });
  });

  it("does not pass on an answer of another shape", async () => {
    const supervisor = supervise();
    await clock.forward(0);
    home.answers["gateway.info"] = { name: 7 };

    await expect(supervisor.read("gateway.info", {})).rejects.toMatchObject({ code: "gateway_misbehaving" });
  });

  it("knows what a make does not have", async () => {
    const supervisor = supervise();
    await clock.forward(0);

    await expect(supervisor.read("updates.list", {})).rejects.toMatchObject({ code: "not_available_here" });
  });
});
