import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestClock, type TestClock } from "@caretaker/kit";
import type {
  AgentQuestion,
  AgentWelcome,
  CapabilityDeclaration,
  CapabilityName,
  ConsentRequestId,
  GatewayId,
  GatewayTarget,
  HubAlone,
  Inventory,
  Proposal,
  ProposedAct,
  SiteId,
} from "@caretaker/protocol";
import { digestOf } from "@caretaker/reach/canonical.ts";
import { Store } from "../store/store.ts";
import type { GuardChange, GuardedAct } from "./guard.ts";
import { HomeGuard } from "./home-guard.ts";

export const SITE = "01939b4a-0000-7000-8000-000000000001" as SiteId;
export const GATEWAY = "01939b4a-0000-7000-8000-000000000002" as GatewayId;
export const TARGET: GatewayTarget = { host: "192.168.1.20", port: 8123, tls: false };

export const WELCOME: AgentWelcome = {
  kind: "welcome",
  firm: { name: "Huis & Techniek", phone: "+31 20 555 0100" },
  home: "Keizersgracht 1",
  siteId: SITE,
  language: "en",
  isConfirmed: false,
};

export const CATALOGUE: Partial<Record<CapabilityName, CapabilityDeclaration>> = {
  "clock.sync": { scope: "fix", timeoutSeconds: 30 },
  "entity.refresh": { scope: "diagnose", timeoutSeconds: 30 },
  "integration.reload": { scope: "fix", timeoutSeconds: 60, felt: "It does not answer for some seconds." },
  "power.cycle": {
    scope: "disruptive",
    timeoutSeconds: 60,
    felt: "It is without power for a moment.",
    undo: "power.on",
    settle: "power.on",
  },
  "power.on": { scope: "fix", timeoutSeconds: 30, felt: "It gets power." },
  "gateway.restart": { scope: "disruptive", timeoutSeconds: 90, felt: "Everything pauses for a minute." },
};

const entity = { marks: [], disabled: false, diagnostic: false };
export const INVENTORY: Inventory = {
  rooms: [{ key: "hall", name: "Hall" }],
  integrations: [
    { key: "hue", name: "Hue", domain: "hue", state: "loaded", needsSignIn: false, disabled: false },
    { key: "zwave", name: "Z-Wave", domain: "zwave_js", state: "loaded", needsSignIn: false, disabled: false },
  ],
  devices: [{ key: "plug", marks: [], name: "Plug", roomKey: "hall", integrationKeys: ["hue"], kind: "appliance" }],
  entities: [
    { ...entity, key: "lamp", label: "light.lamp", name: "Lamp", kind: "light", roomKey: "hall", private: false },
    {
      ...entity,
      key: "plug.switch",
      label: "switch.plug",
      name: "Plug",
      kind: "switch",
      deviceKey: "plug",
      private: false,
    },
    { ...entity, key: "lock", label: "lock.door", name: "Front door", kind: "lock", private: true },
  ],
};

export interface TestHome {
  readonly clock: TestClock;
  readonly folder: string;
  readonly store: Store;
  readonly guard: HomeGuard;
  readonly changes: GuardChange[];
  /** As after a restart of the agent, or of the machine: what is in memory is gone. */
  reopen(clock?: TestClock): Promise<TestHome>;
  close(): Promise<void>;
}

/** A home that was paired and confirmed, its one gateway allowed and reported. */
export async function openTestHome({ hubAlone = "quiet" as HubAlone, isConfirmed = true } = {}): Promise<TestHome> {
  const folder = mkdtempSync(join(tmpdir(), "caretaker-agent-"));
  const home = await openIn(folder, createTestClock());
  const { guard } = home;
  guard.paired("https://hub.example", "k".repeat(43), WELCOME);
  if (!isConfirmed) return home;
  guard.confirm(hubAlone);
  try {
    guard.permitOpen("home-assistant", [TARGET]);
  } catch {
    // Asked for; somebody of the home allows it.
  }
  guard.answerPlace(TARGET, true);
  report(guard);
  home.changes.length = 0;
  return home;
}

function report(guard: HomeGuard): void {
  guard.filter(GATEWAY, { type: "gateway", version: "2026.11", name: "Home Assistant", state: "running" });
  guard.filter(GATEWAY, { type: "inventory", inventory: INVENTORY });
}

async function openIn(folder: string, clock: TestClock): Promise<TestHome> {
  const store = await Store.open(folder, clock);
  const log = { debug: () => {}, info: () => {}, warn: () => {} };
  const guard = new HomeGuard({
    store,
    clock,
    log,
    rules: { ownPort: 8099, mayReachOwnMachine: false },
    declarationOf: (_gatewayId, capability) => CATALOGUE[capability] ?? null,
  });
  const changes: GuardChange[] = [];
  guard.on((change) => changes.push(change));
  return {
    clock,
    folder,
    store,
    guard,
    changes,
    async reopen(later = clock) {
      await store.close();
      const again = await openIn(folder, later);
      if (again.store.home.confirmedAt !== null) report(again.guard);
      return again;
    },
    async close() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let number = 0;

export function newUuid(): string {
  number += 1;
  return `01939b4a-0000-7000-8000-${number.toString(16).padStart(12, "a")}`;
}

/** A command as an honest hub says it: to be begun within half a minute. */
export function buildAct(home: Pick<TestHome, "store">, changed: Partial<GuardedAct> = {}): GuardedAct {
  const capability = changed.capability ?? "integration.reload";
  return {
    gatewayId: GATEWAY,
    connector: "home-assistant",
    capability,
    input: { integration: "hue" },
    attemptId: newUuid(),
    purpose: "do",
    expiresAt: new Date(home.store.time.now() + 30_000).toISOString(),
    requestId: null,
    declaration: CATALOGUE[capability] ?? { scope: "disruptive", timeoutSeconds: 30 },
    ...changed,
  };
}

export function buildProposedAct(changed: Partial<ProposedAct> = {}): ProposedAct {
  return {
    step: "reload",
    capability: "integration.reload",
    target: `${GATEWAY}/integration/hue`,
    targetName: "Hue of the firm",
    input: { integration: "hue" },
    scope: "fix",
    private: false,
    tries: 1,
    felt: "Lights do not answer for some seconds.",
    undo: null,
    irreversible: null,
    ...changed,
  };
}

export function buildQuestion(
  home: Pick<TestHome, "store">,
  acts: readonly ProposedAct[] = [buildProposedAct()],
  changed: Partial<Proposal> = {},
): AgentQuestion {
  const proposal: Proposal = {
    format: 1,
    siteId: SITE,
    runId: newUuid(),
    runbook: "home-assistant/stuck-integration",
    runbookDigest: "0".repeat(64),
    inputs: {},
    acts: [...acts],
    scope: "fix",
    limitSeconds: 600,
    window: null,
    price: null,
    ...changed,
  };
  return {
    requestId: newUuid() as ConsentRequestId,
    proposal,
    digest: digestOf(proposal),
    technician: "Anna",
    why: "The lights do not answer.",
    answerBy: new Date(home.store.time.now() + 3_600_000).toISOString(),
  };
}

/** Asked by the hub, and allowed on the page. */
export function allow(home: TestHome, question: AgentQuestion): ConsentRequestId {
  home.guard.ask(question);
  home.guard.answer(question.requestId, question.digest, "allow", "agent_page");
  return question.requestId;
}
