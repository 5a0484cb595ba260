import { homeAssistant } from "@caretaker/connector-home-assistant";
import { createTestClock, type TestClock } from "@caretaker/kit";
import {
  type Actor,
  type CapabilityDeclaration,
  type CapabilityName,
  CaretakerError,
  type ConnectorManifest,
  type DeviceId,
  type EntityId,
  type GatewayId,
  type GatewayState,
  type IntegrationId,
  type PersonId,
  type RunbookId,
  type RunEvent,
  type RunEventData,
  type RunId,
  type RunInputs,
  type SessionId,
  type SiteId,
  type StandingScope,
} from "@caretaker/protocol";
import { expect } from "vitest";
import { createAnnouncements } from "../announcements.ts";
import type { ConsentLink } from "../consent/consent.ts";
import { createConsent } from "../consent/consent.ts";
import type { Database } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { NewMessage } from "../mail/queue.ts";
import { type Library, makeLibrary } from "../runbooks/library.ts";
import { nextDueIn } from "./claim.ts";
import type { CrashPoint, RunGateways, RunsDeps } from "./deps.ts";
import { type RunRow, stateOf } from "./record.ts";
import { createRuns, type Runs, runsDoor } from "./runs.ts";
import { apply, BEFORE_THE_FIRST } from "./status.ts";

export const SAM: Actor = {
  kind: "person",
  id: "019aa000-0000-7000-8000-0000000000aa" as PersonId,
  name: "Sam Jansen",
  role: "technician",
  sessionId: "session" as SessionId,
  factorAt: null,
};

/** Things of a home with a bridge on a switch, as rows. */
export interface TestHome {
  readonly siteId: SiteId;
  readonly gatewayId: GatewayId;
  readonly integration: IntegrationId;
  readonly bridge: DeviceId;
  readonly plug: EntityId;
  readonly lamp: EntityId;
}

/** A home that can be ill and be mended, which counts what is done to it. It is the gateway as runs see it. */
export class House implements RunGateways {
  state: GatewayState = "online";
  /** What each read answers now; an error is thrown. */
  readonly reads = new Map<CapabilityName, object | Error>();
  /** What each act does to the home; may throw. */
  readonly effects = new Map<CapabilityName, (input: Readonly<Record<string, unknown>>) => void | Promise<void>>();
  readonly acts: { readonly capability: CapabilityName; readonly input: unknown; readonly attemptId: string }[] = [];
  readonly readsMade: CapabilityName[] = [];
  readonly capabilities: Partial<Record<CapabilityName, CapabilityDeclaration>> = {
    ...homeAssistant.manifest.capabilities,
  };

  constructor() {
    this.setBridge("well");
    this.reads.set("entity.state", {
      state: "on",
      availability: "online",
      since: "2026-01-01T00:00:00.000Z",
      attributes: {},
    });
    this.effects.set("power.cycle", () => this.setBridge("well"));
    this.effects.set("integration.reload", () => this.setBridge("well"));
  }

  /** A wedged bridge leaves its integration loaded, with entities that do not answer. */
  setBridge(state: "well" | "wedged" | "signed_out"): void {
    const isWell = state === "well";
    const integration = { reason: null, needsSignIn: state === "signed_out", unavailable: isWell ? 0 : 7, entities: 7 };
    this.reads.set("integration.state", { state: state === "signed_out" ? "setup_error" : "loaded", ...integration });
    this.reads.set("device.state", {
      availability: isWell ? "online" : "offline",
      entities: 7,
      unavailable: isWell ? 0 : 7,
      battery: null,
      lastSeen: null,
      firmware: "1.0",
    });
  }

  read: RunGateways["read"] = async (_gatewayId, capability) => {
    this.readsMade.push(capability);
    if (this.state !== "online")
      throw new CaretakerError("gateway_unreachable", "It is not connected.", { meta: { isSent: false } });
    const answer = this.reads.get(capability);
    if (answer instanceof Error) throw answer;
    if (answer === undefined) throw new CaretakerError("not_available_here", `This home has no ${capability}.`);
    return answer as never;
  };

  act: RunGateways["act"] = async (_gatewayId, { capability, input, attemptId }) => {
    if (this.state !== "online")
      throw new CaretakerError("gateway_unreachable", "It is not connected.", { meta: { isSent: false } });
    this.acts.push({ capability, input, attemptId });
    await this.effects.get(capability)?.(input as Readonly<Record<string, unknown>>);
    return {} as never;
  };

  status: RunGateways["status"] = () => ({ state: this.state, name: "Home Assistant" });
  capabilitiesOf: RunGateways["capabilitiesOf"] = () => this.capabilities;
}

/** Thrown by nothing: a hub that dies simply does not go on. */
const DEAD = new Promise<never>(() => {});

export interface TestHub {
  readonly runs: Runs;
  readonly deps: RunsDeps;
  readonly link: ConsentLink;
  readonly messages: NewMessage[];
  /** Lets this hub die where it next comes by, at that step if one is named. */
  dieAt(point: CrashPoint, step?: string): void;
  readonly isDead: boolean;
}

export interface TestRuns extends TestHub {
  readonly db: Database;
  readonly clock: TestClock;
  readonly house: House;
  readonly library: Library;
  /** Another hub on the same database and home. */
  another(): TestHub;
  start(home: TestHome, runbook: string, given?: { inputs?: RunInputs; homeownerAsked?: boolean }): Promise<RunId>;
  /** Moves time on, waking runs as they fall due. */
  forward(duration: string, hub?: TestHub): Promise<void>;
  run(runId: RunId): Promise<RunRow>;
  events(runId: RunId): Promise<RunEvent[]>;
  kinds(runId: RunId): Promise<string[]>;
  /** The token of the last message that asks. */
  token(): string;
  answer(answer: "allow" | "no" | "another_time"): Promise<void>;
  /** Closes the hub, and lets no later test of this database find a run of this one. */
  close(): Promise<void>;
}

export function createTestRuns(db: Database, library: Library): TestRuns {
  const clock = createTestClock();
  const house = new House();
  const messages: NewMessage[] = [];
  const hub = createTestHub(db, library, clock, house, messages);
  const events = async (runId: RunId): Promise<RunEvent[]> => {
    const rows = await db.selectFrom("runEvent").selectAll().where("runId", "=", runId).orderBy("number").execute();
    return rows.map((row) => ({ ...row, runId }));
  };
  const token = (): string => /\/c\/([A-Za-z0-9_-]+)/.exec(messages.at(-1)?.text ?? "")?.[1] ?? "";
  return {
    ...hub,
    get isDead() {
      return hub.isDead;
    },
    db,
    clock,
    house,
    library,
    another: () => createTestHub(db, library, clock, house, messages),
    async start({ siteId }, runbook, { inputs = {}, homeownerAsked = false } = {}) {
      const reason = "The lights in the hall do not react";
      const request = { siteId, runbook: runbook as RunbookId, inputs, reason, homeownerAsked, actor: SAM };
      return (await hub.runs.start(request)).id;
    },
    async forward(duration, by = hub) {
      const end = clock.now().getTime() + milliseconds(duration);
      await by.runs.engine.settle();
      for (;;) {
        const due = await nextDueIn(db, clock.now());
        const left = end - clock.now().getTime();
        await clock.forward(due === null ? left : Math.min(left, due));
        await by.runs.engine.settle();
        if (clock.now().getTime() >= end) return;
      }
    },
    run: (runId) => db.selectFrom("run").selectAll().where("id", "=", runId).executeTakeFirstOrThrow(),
    events,
    kinds: async (runId) => (await events(runId)).map(({ data }) => data.kind),
    token,
    async answer(answer) {
      const view = await hub.link.view(token());
      await hub.link.answer({ token: token(), answer, proposalCode: view.proposalCode });
    },
    async close() {
      if (hub.isDead) hub.runs.engine.abandon();
      else await hub.runs.close();
      await db.updateTable("run").set({ wakeAt: null }).execute();
    },
  };
}

let hubs = 0;

function createTestHub(
  db: Database,
  library: Library,
  clock: TestClock,
  house: House,
  messages: NewMessage[],
): TestHub {
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  const now = async (): Promise<Date> => clock.now();
  const consent = createConsent({
    db,
    now,
    runs: runsDoor,
    publicUrl: "https://care.example.org",
    announcements,
    emailOfPerson: async () => "sam@installers.example",
    queueMessage: async (_trx, message) => {
      messages.push(message);
    },
  });
  let dies: { readonly point: CrashPoint; readonly step: string | undefined } | null = null;
  let isDead = false;
  hubs += 1;
  const deps: RunsDeps = {
    db,
    library,
    gateways: house,
    consent,
    clock,
    now,
    announcements,
    log: { info: () => {}, warn: () => {}, error: (...said: unknown[]) => console.error(...said) },
    hubId: `hub-${hubs}`,
    async crash(point, step) {
      if (isDead) return DEAD;
      if (dies?.point !== point || (dies.step !== undefined && dies.step !== step)) return;
      isDead = true;
      runs.engine.abandon();
      return DEAD;
    },
  };
  const runs = createRuns(deps);
  return {
    runs,
    deps,
    link: consent.link,
    messages,
    dieAt(point, step) {
      dies = { point, step };
    },
    get isDead() {
      return isDead;
    },
  };
}

function milliseconds(duration: string): number {
  const [, amount = "0", unit = "s"] = /^(\d+)(s|m|h|d)$/.exec(duration) ?? [];
  return Number(amount) * ({ s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? 0);
}

/** The row that everybody sees is what its log folds to, and the numbers have no gap. */
export async function expectLogFolds({ run, events }: Pick<TestRuns, "run" | "events">, runId: RunId): Promise<void> {
  const log = await events(runId);
  expect(log.map(({ number }) => number)).toEqual(log.map((_, index) => index + 1));
  expect(log.reduce(apply, BEFORE_THE_FIRST)).toEqual(stateOf(await run(runId)));
}

/** A library of runbooks given as text, on the real connector's manifest. */
export function testLibrary(
  texts: readonly string[],
  connectors: readonly ConnectorManifest[] = [homeAssistant.manifest],
): Library {
  return makeLibrary(
    texts.map((text, index) => ({ file: `test-${index}.yaml`, text, id: /^id: (\S+)/m.exec(text)?.[1] ?? "" })),
    connectors,
  );
}

export function dataOf(events: readonly RunEvent[], kind: RunEventData["kind"]): RunEventData[] {
  return events.map(({ data }) => data).filter((data) => data.kind === kind);
}

const LONG_AGO = new Date("2026-01-01T00:00:00.000Z");

/** A home with a bridge on a switch, its integration, a lamp, and an owner whose address is verified. */
export async function buildHome(
  db: Database,
  { standing = ["reach", "view", "diagnose"] as readonly StandingScope[], contacts = true } = {},
): Promise<TestHome> {
  const home: TestHome = {
    siteId: newId(),
    gatewayId: newId(),
    integration: newId(),
    bridge: newId(),
    plug: newId(),
    lamp: newId(),
  };
  const { siteId, gatewayId } = home;
  const clientId = newId<string>();
  await db
    .insertInto("firm")
    .values({
      name: "Bright Homes",
      phone: null,
      timeZone: "Europe/Amsterdam",
      country: "NL",
      language: "en",
      isDemo: false,
      createdAt: LONG_AGO,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db.insertInto("client").values({ id: clientId, name: "Lee", createdAt: LONG_AGO }).execute();
  await db
    .insertInto("site")
    .values({
      id: siteId,
      clientId,
      name: "Canal house",
      timeZone: "Europe/Amsterdam",
      language: "en",
      createdAt: LONG_AGO,
    })
    .execute();
  await db
    .insertInto("gateway")
    .values({
      id: gatewayId,
      siteId,
      connector: "home-assistant",
      name: "Home Assistant",
      config: "{}",
      address: "http://192.168.1.20:8123",
      reason: JSON.stringify({ code: "new" }),
      since: LONG_AGO,
      createdAt: LONG_AGO,
    })
    .execute();
  await insertThings(db, home);
  for (const scope of standing) {
    await db
      .insertInto("standingConsent")
      .values({ siteId, scope, givenAt: LONG_AGO, givenBy: "Mrs Lee", evidence: "contract", reviewAt: LONG_AGO })
      .execute();
  }
  if (contacts) {
    await db
      .insertInto("contact")
      .values({
        id: newId<string>(),
        siteId,
        name: "Anna Lee",
        role: "owner",
        language: "en",
        email: "anna@lee.example",
        verifiedAt: LONG_AGO,
        createdAt: LONG_AGO,
      })
      .execute();
  }
  return home;
}

async function insertThings(db: Database, { gatewayId, integration, bridge, plug, lamp }: TestHome): Promise<void> {
  await db
    .insertInto("integration")
    .values({ id: integration, gatewayId, key: "hue", name: "Hue", domain: "hue" })
    .execute();
  await db
    .insertInto("device")
    .values({ id: bridge, gatewayId, key: "bridge", name: "Light bridge", kind: "bridge", poweredBy: plug })
    .execute();
  await db
    .insertInto("entity")
    .values([
      { id: plug, gatewayId, key: "plug", label: "switch.plug", name: "Plug", kind: "switch" },
      { id: lamp, gatewayId, key: "lamp", label: "light.lamp", name: "Lamp", kind: "light", deviceId: bridge },
    ])
    .execute();
}

export function deadBridgeInputs({ integration, bridge }: TestHome): RunInputs {
  return { service: integration, bridge };
}

/** A runbook around some steps, with an integration and a bridge to name. */
export function runbookOf(id: string, steps: string, limit = "15m"): string {
  return `id: ${id}
version: 1
title: Test ${id}
tell: The box that runs your lights has stopped answering.
inputs: { service: { type: integration, optional: true }, bridge: { type: device, optional: true } }
limit: ${limit}
steps:${steps}
`;
}
