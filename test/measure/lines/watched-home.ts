import { homeAssistant } from "@caretaker/connector-home-assistant";
import { type FakeHomeAssistant, startFakeHomeAssistant } from "@caretaker/connector-home-assistant/fake-gateway";
import { createTestClock, type TestClock } from "@caretaker/kit";
import { FaultyLine } from "@caretaker/kit/faulty-line.ts";
import type { Connector, ConnectorManifest, GatewayId, Inventory, SessionEvent, SiteId } from "@caretaker/protocol";
import { createDialer } from "@caretaker/reach/dialer.ts";
import { Slots } from "@caretaker/server/gateways/slots.ts";
import { Supervisor } from "@caretaker/server/gateways/supervisor.ts";
import { GatewayRecord, type GatewayStatus, SiteRecord } from "@caretaker/server/state/records.ts";

export const LAMP = "light.hall_lamp";
const silent = { debug() {}, info() {}, warn() {} };
const QUIET_MILLISECONDS = 3;

/** A home that the hub's own supervisor, dialer and connector hold, over a line that breaks on demand. */
export interface WatchedHome {
  readonly clock: TestClock;
  readonly fake: FakeHomeAssistant;
  readonly line: FaultyLine;
  readonly supervisor: Supervisor;
  readonly status: GatewayStatus;
  /** What the hub takes the lamp to be. */
  lamp(): string | undefined;
  inventory(): Inventory | undefined;
  /** How much of what it said was not understood. */
  garbage(): number;
  /** Moves the clock on by seconds, and lets the line become quiet after each. */
  pass(seconds: number, until?: () => boolean): Promise<boolean>;
  /** How many seconds have passed. */
  now(): number;
  /** Ends all of it. Returns what is left that should not be. */
  close(): Promise<{ readonly timers: number; readonly lines: number }>;
}

export async function watchHome(): Promise<WatchedHome> {
  const clock = createTestClock();
  const fake = await startFakeHomeAssistant();
  const line = await FaultyLine.open(fake.port, clock);
  let inventory: Inventory | undefined;
  let lamp: string | undefined;
  let garbage = 0;
  const take = (event: SessionEvent): void => {
    if (event.type === "inventory") inventory = event.inventory;
    if (event.type === "garbage") garbage += event.count;
    if (event.type !== "states") return;
    const key = inventory?.entities.find(({ label }) => label === LAMP)?.key;
    const change = event.changes.find((one) => one.key === key);
    if (change?.state !== undefined) lamp = change.state ?? undefined;
  };
  const { supervisor, status } = supervise({
    connector: homeAssistant,
    config: { url: `http://127.0.0.1:${line.port}`, token: fake.token },
    clock,
    take,
  });
  return {
    clock,
    fake,
    line,
    supervisor,
    status,
    lamp: () => lamp,
    inventory: () => inventory,
    garbage: () => garbage,
    now: () => clock.monotonic() / 1000,
    pass: (seconds, until) => pass(clock, line, seconds, until),
    async close() {
      await supervisor.stop();
      await quiet(line);
      await clock.forward("3s");
      const lines = line.isBroken ? 0 : await line.stillOpen();
      await line.close();
      await fake.close();
      return { timers: clock.pending(), lines };
    },
  };
}

/** Whatever bytes go through. */
export interface Moving {
  readonly moved: number;
  /** So long nothing has to move until what was said counts as heard. Default: three milliseconds. */
  readonly quietMilliseconds?: number;
}

export async function pass(
  clock: TestClock,
  line: Moving,
  seconds: number,
  until: () => boolean = () => false,
): Promise<boolean> {
  await quiet(line);
  for (let passed = 0; passed < seconds; passed += 1) {
    if (until()) return true;
    await clock.forward("1s");
    await quiet(line);
  }
  return until();
}

/** Until nothing moves on the line any more. */
export async function quiet(line: Moving): Promise<void> {
  for (let before = -1; before !== line.moved; ) {
    before = line.moved;
    await new Promise((resolve) => setTimeout(resolve, line.quietMilliseconds ?? QUIET_MILLISECONDS));
  }
}

interface Supervise {
  readonly connector: Connector;
  readonly config: object;
  readonly clock: TestClock;
  readonly take: (event: SessionEvent) => void;
}

/** The hub's own supervisor and dialer, holding a gateway on a clock that is moved. */
export function supervise({ connector, config, clock, take }: Supervise): {
  supervisor: Supervisor;
  status: GatewayStatus;
} {
  const record = buildRecord(connector.manifest);
  const supervisor = new Supervisor({
    gateway: record,
    connector,
    openConfig: async () => config,
    dialerFor: (targets) => createDialer({ allow: targets, clock }),
    slots: new Slots(10),
    clock,
    random: () => 0.5,
    log: silent,
    memory: { recall: async () => undefined, keep: async () => {} },
    intake: (event) => {
      record.status.lastSeenAt = clock.now().getTime();
      take(event);
    },
    tapped: () => {},
    report: (patch: Partial<GatewayStatus>) => Object.assign(record.status, patch),
    wasAccepted: () => true,
  });
  return { supervisor, status: record.status };
}

function buildRecord({ id, name }: ConnectorManifest): GatewayRecord {
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
    connector: id,
    connectorName: name,
    name,
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
