import { setTimeout as wait } from "node:timers/promises";
import { inspect } from "node:util";
import {
  type ActionName,
  CAPABILITIES,
  type CapabilityInput,
  type CapabilityName,
  CaretakerError,
  ChecklistLine,
  type Connector,
  type ConnectorContext,
  type GatewaySession,
  Inventory,
  isCapability,
  referenceOf,
  type SessionEvent,
  systemClock,
} from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { overPort } from "./over-port.ts";
import { createPlainDialer } from "./plain-dialer.ts";

/** A gateway that the common questions are asked of: a fake one, fresh for each. */
export interface StartedGateway {
  readonly config: Readonly<Record<string, unknown>>;
  /** The same with a secret that the gateway refuses. */
  readonly wrongSecret: Readonly<Record<string, unknown>>;
  /** An action with an input that this home has: harmless, and counted by `acts`. */
  anAct(inventory: Inventory): { capability: ActionName; input: Record<string, unknown> };
  /** How many things have been done to the home. */
  acts(): number;
  /** How many logins the gateway has refused. */
  refusals(): number;
  /** It is gone: the connection breaks and nothing listens. */
  goAway(): Promise<void>;
  close(): Promise<void>;
}

export interface DescribedConnector {
  readonly connector: Connector;
  readonly start: () => Promise<StartedGateway>;
}

/**
 * The questions that are the same for every make, asked directly and through a MessagePort. A connector's own tests ask
 * the rest.
 */
export function describeConnector({ connector, start }: DescribedConnector): void {
  describe(`the manifest of ${connector.manifest.id}`, () => askManifest(connector));
  describe.each([
    ["directly", connector],
    ["through a MessagePort", overPort(connector)],
  ])(`${connector.manifest.id} %s`, (_how, held) => {
    askConnector(held, start);
  });
}

function askManifest({ manifest }: Connector): void {
  const declared = Object.entries(manifest.capabilities);

  it("declares capabilities of the protocol, with limits that end", () => {
    expect(declared.filter(([name]) => !isCapability(name))).toEqual([]);
    expect(declared.filter(([, { timeoutSeconds }]) => timeoutSeconds < 1 || timeoutSeconds > 600)).toEqual([]);
  });

  it("takes back and settles with actions that it has, and asks consent for whatever is felt", () => {
    for (const [, { undo, settle, felt, scope }] of declared) {
      for (const action of [undo, settle])
        if (action !== undefined) expect(manifest.capabilities[action]).toBeDefined();
      if (felt !== undefined) expect(["fix", "disruptive"]).toContain(scope);
    }
  });

  it("says which fields of its configuration are secret", () => {
    expect(Object.keys(manifest.config.shape)).toEqual(expect.arrayContaining([...manifest.secrets]));
  });
}

function askConnector(connector: Connector, start: () => Promise<StartedGateway>): void {
  let gateway: StartedGateway;
  let events: SessionEvent[];
  let logged: unknown[];
  let sessions: GatewaySession[];

  beforeEach(async () => {
    gateway = await start();
    events = [];
    logged = [];
    sessions = [];
  });

  afterEach(async () => {
    await Promise.all(sessions.map((session) => session.close().catch(() => {})));
    await gateway.close();
  });

  const context = (): ConnectorContext => ({
    dialer: createPlainDialer(),
    clock: systemClock,
    log: {
      debug: (...line) => logged.push(line),
      info: (...line) => logged.push(line),
      warn: (...line) => logged.push(line),
    },
    emit: (event) => events.push(event),
  });
  const connect = async (config: unknown = gateway.config): Promise<GatewaySession> => {
    const session = await connector.connect(config, context());
    sessions.push(session);
    return session;
  };
  const secretsOf = (config: Readonly<Record<string, unknown>>): string[] =>
    connector.manifest.secrets.flatMap((field) => (config[field] === undefined ? [] : [String(config[field])]));
  const inventory = (): Inventory => {
    const told = events.find((event) => event.type === "inventory");
    if (told?.type !== "inventory") throw new Error("No inventory was told");
    return told.inventory;
  };

  it("says where the gateway is, without its secrets", () => {
    const target = connector.target(gateway.config);

    expect(target).toMatchObject({ host: expect.any(String), port: expect.any(Number), tls: expect.any(Boolean) });
    for (const secret of secretsOf(gateway.config)) expect(JSON.stringify(target)).not.toContain(secret);
  });

  it("refuses a configuration with an unknown field", async () => {
    await expect(connect({ ...gateway.config, surprise: 1 })).rejects.toThrow();
  });

  it("tells the gateway, then what it has, then how all of it is, in the shapes of the protocol", async () => {
    await connect();

    expect(events.slice(0, 3).map((event) => event.type)).toEqual(["gateway", "inventory", "states"]);
    expect(Inventory.parse(inventory())).toEqual(inventory());
    const keys = new Set(inventory().entities.map((entity) => entity.key));
    const states = events[2];
    expect(states).toMatchObject({ full: true });
    if (states?.type === "states") {
      expect(states.changes.length).toBeGreaterThan(0);
      expect(states.changes.filter((change) => !keys.has(change.key))).toEqual([]);
    }
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
  });

  it("names nothing that it did not report", async () => {
    await connect();
    const { rooms, integrations, devices, entities } = inventory();
    const has = (list: readonly { readonly key: string }[], key: string | undefined): boolean =>
      key === undefined || list.some((one) => one.key === key);

    expect(devices.filter(({ roomKey, upstreamKey }) => !has(rooms, roomKey) || !has(devices, upstreamKey))).toEqual(
      [],
    );
    expect(devices.filter(({ integrationKeys }) => !integrationKeys.every((key) => has(integrations, key)))).toEqual(
      [],
    );
    expect(
      entities.filter(
        ({ roomKey, deviceKey, integrationKey }) =>
          !has(rooms, roomKey) || !has(devices, deviceKey) || !has(integrations, integrationKey),
      ),
    ).toEqual([]);
  });

  it("answers every read that it declares, in its shape, or says that it is not available here", async () => {
    const session = await connect();

    for (const capability of namesOf(connector, "read")) {
      const answer = await session
        .read({ capability, input: inputFor(capability, inventory()) })
        .catch((error: unknown) => error);
      if (answer instanceof CaretakerError)
        expect([capability, answer.code]).toEqual([capability, "not_available_here"]);
      else expect(CAPABILITIES[capability].output.safeParse(answer).error).toBeUndefined();
    }
  });

  it("says of a thing that is not there that it is not available here", async () => {
    const session = await connect();

    for (const capability of namesOf(connector, "read").filter((name) => Object.keys(fieldsOf(name)).length > 0)) {
      const input = Object.fromEntries(Object.keys(fieldsOf(capability)).map((field) => [field, "no-such-thing"]));
      await expect(session.read({ capability, input: input as never })).rejects.toMatchObject({
        code: "not_available_here",
      });
    }
  });

  it("does an action once", async () => {
    const session = await connect();
    const { capability, input } = gateway.anAct(inventory());
    const before = gateway.acts();

    const done = await session.act({ capability, input: input as never, attemptId: "attempt-1" });

    expect(CAPABILITIES[capability].output.safeParse(done).error).toBeUndefined();
    expect(gateway.acts() - before).toBe(1);
  });

  it("says that nothing happened when it is told to act on what is not there", async () => {
    const session = await connect();
    const { capability, input } = gateway.anAct(inventory());
    // What names nothing cannot name what is not there.
    if (Object.keys(fieldsOf(capability)).length === 0) return;
    const before = gateway.acts();
    const wrong = Object.fromEntries(
      Object.keys(input).map((field) => [field, field in fieldsOf(capability) ? "no-such-thing" : input[field]]),
    );

    await expect(session.act({ capability, input: wrong as never, attemptId: "attempt-1" })).rejects.toMatchObject({
      code: "step_failed",
    });
    expect(gateway.acts()).toBe(before);
  });

  it("does nothing after it was closed, and says nothing either", async () => {
    const session = await connect();
    const { capability, input } = gateway.anAct(inventory());
    const before = gateway.acts();
    await session.close();
    const told = events.length;

    await expect(session.act({ capability, input: input as never, attemptId: "attempt-1" })).rejects.toThrow();
    await expect(session.read({ capability: "gateway.info", input: {} })).rejects.toThrow();
    await gateway.goAway();
    await wait(100);

    expect(gateway.acts()).toBe(before);
    expect(events.length).toBe(told);
  });

  it("says once that it was lost when the gateway goes away, and rejects what is asked then", async () => {
    const session = await connect();

    await gateway.goAway();
    await expect.poll(() => events.at(-1)?.type).toBe("lost");
    await wait(50);

    expect(events.filter((event) => event.type === "lost")).toHaveLength(1);
    await expect(session.read({ capability: "gateway.info", input: {} })).rejects.toMatchObject({
      code: "gateway_lost",
    });
  });

  it("says plainly that a secret is refused, and does not try it twice", async () => {
    const error = await connect(gateway.wrongSecret).catch((failure: unknown) => failure);

    expect(error).toMatchObject({ code: "gateway_auth_failed" });
    await wait(100);
    expect(gateway.refusals()).toBe(1);
    expect(events.filter((event) => event.type !== "garbage")).toEqual([]);
  });

  it("says that nothing listens where nothing listens", async () => {
    await gateway.goAway();

    await expect(connect()).rejects.toMatchObject({ code: "gateway_unreachable" });
  });

  it("checks a good gateway line by line", async () => {
    const lines = await collect(connector.test(gateway.config, context()));

    expect(lines.map((line) => ChecklistLine.parse(line)).filter((line) => line.status === "failed")).toEqual([]);
    expect(lines.at(-1)).toMatchObject({ step: "first_data", found: { entities: expect.any(Number) } });
  });

  it("stops the check at the refused secret and says what to do next", async () => {
    const lines = await collect(connector.test(gateway.wrongSecret, context()));

    expect(lines.at(-1)).toMatchObject({ step: "credentials", status: "failed", next: expect.stringMatching(/\w/) });
  });

  it("shows its secrets nowhere: not in diagnostics, events, lines, errors or the log", async () => {
    const session = await connect();
    const shown = [
      await session.diagnostics(),
      events,
      await collect(connector.test(gateway.config, context())),
      await collect(connector.test(gateway.wrongSecret, context())),
      await connect(gateway.wrongSecret).catch((error: unknown) => inspect(error, { depth: 10 })),
      logged.map((line) => inspect(line, { depth: 10 })),
    ];

    for (const secret of [...secretsOf(gateway.config), ...secretsOf(gateway.wrongSecret)])
      expect(JSON.stringify(shown)).not.toContain(secret);
  });
}

async function collect(lines: AsyncIterable<ChecklistLine>): Promise<ChecklistLine[]> {
  const all: ChecklistLine[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

function namesOf(connector: Connector, kind: "read" | "action"): CapabilityName[] {
  return Object.keys(connector.manifest.capabilities).filter(
    (name): name is CapabilityName => isCapability(name) && CAPABILITIES[name].kind === kind,
  );
}

/** The fields of a capability's input that name things, with the kind of thing. */
function fieldsOf(capability: CapabilityName): Record<string, string> {
  return Object.fromEntries(
    Object.entries(CAPABILITIES[capability].input.shape).flatMap(([name, field]) => {
      const kind = referenceOf(field);
      return kind === undefined ? [] : [[name, kind]];
    }),
  );
}

/** An input that names the first thing of each kind that the home has. */
function inputFor<N extends CapabilityName>(capability: N, { integrations, devices, entities, rooms }: Inventory) {
  const first: Readonly<Record<string, string | undefined>> = {
    integration: integrations.find((one) => !one.disabled)?.key,
    device: devices[0]?.key,
    entity: entities.find((one) => !one.disabled)?.key,
    room: rooms[0]?.key,
  };
  return Object.fromEntries(
    Object.entries(fieldsOf(capability)).map(([field, kind]) => [field, first[kind]]),
  ) as CapabilityInput<N>;
}
