import type {
  CapabilityName,
  ChecklistLine,
  Connector,
  ConnectorContext,
  GatewaySession,
  Inventory,
  LostKind,
  SessionEvent,
  StateChange,
} from "@caretaker/protocol";
import { z } from "zod";

export const TestConfig = z.strictObject({ host: z.string().min(1), port: z.number().int(), token: z.string().min(4) });
type TestConfig = z.infer<typeof TestConfig>;

/** A gateway with state that lives in the test: what it answers is set, what it says is said through `say`. */
export class TestGateway {
  /** Each attempt to connect, with what it was told. */
  readonly attempts: TestConfig[] = [];
  readonly read: { capability: string; input: unknown }[] = [];
  readonly acted: { capability: string; input: unknown; attemptId: string }[] = [];
  closed = 0;
  /** Set to make the next attempts fail, or wait for ever. */
  failure: Error | null = null;
  isStuck = false;
  inventory: Inventory = { rooms: [], integrations: [], devices: [], entities: [] };
  states: StateChange[] = [];
  answers: Partial<Record<CapabilityName, unknown>> = {
    "gateway.info": { name: "Home", version: "1", state: "running", timeZone: null, isAdmin: true, recording: null },
  };
  checklist: ChecklistLine[] = [{ step: "name", status: "ok", detail: "found" }];
  #emit: ((event: SessionEvent) => void) | null = null;
  #stuck: (() => void)[] = [];

  say(event: SessionEvent): void {
    this.#emit?.(event);
  }

  change(...changes: StateChange[]): void {
    this.say({ type: "states", full: false, changes });
  }

  lose(kind: LostKind, code = "closed"): void {
    this.say({ type: "lost", kind, reason: { code } });
  }

  /** Lets stuck attempts go on. */
  unstick(): void {
    this.isStuck = false;
    for (const release of this.#stuck.splice(0)) release();
  }

  async connect(config: TestConfig, { emit }: ConnectorContext): Promise<GatewaySession> {
    this.attempts.push(config);
    if (this.isStuck) await new Promise<void>((resolve) => this.#stuck.push(resolve));
    if (this.failure !== null) throw this.failure;
    this.#emit = emit;
    emit({ type: "gateway", version: "2026.11.0", name: "Home", state: "running", isAdmin: true });
    emit({ type: "inventory", inventory: this.inventory });
    emit({ type: "states", full: true, changes: this.states });
    return {
      read: async ({ capability, input }) => {
        this.read.push({ capability, input });
        return this.#answer(capability);
      },
      act: async ({ capability, input, attemptId }) => {
        this.acted.push({ capability, input, attemptId });
        return this.#answer(capability);
      },
      diagnostics: async () => ({ attempts: this.attempts.length }),
      close: async () => {
        this.closed += 1;
      },
    };
  }

  #answer(capability: CapabilityName): Promise<never> {
    const answer = this.answers[capability];
    if (answer === "never") return new Promise(() => {});
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(answer as never);
  }
}

/** A connector whose gateways are named by their host. */
export function testConnector(gateways: Readonly<Record<string, TestGateway>>): Connector {
  const of = (config: unknown): TestGateway => gateways[(config as TestConfig).host] as TestGateway;
  return {
    manifest: {
      id: "test",
      name: "Test",
      config: TestConfig,
      secrets: ["token"],
      capabilities: {
        "gateway.info": { scope: "reach", timeoutSeconds: 5 },
        "entity.state": { scope: "view", timeoutSeconds: 5 },
        "entity.refresh": { scope: "diagnose", timeoutSeconds: 5 },
        "power.cycle": { scope: "disruptive", timeoutSeconds: 5 },
        "backup.info": { scope: "view", timeoutSeconds: 5, since: "2027.1" },
      },
    },
    target: (config) => ({ host: (config as TestConfig).host, port: (config as TestConfig).port, tls: false }),
    connect: (config, context) => of(config).connect(config as TestConfig, context),
    async *test(config) {
      yield* of(config).checklist;
    },
  };
}

/** A room, a bridge with an integration, and entities called `one`, `two`, ... on it. */
export function buildInventory(entities: readonly string[] = ["one", "two", "three"]): Inventory {
  return {
    rooms: [{ key: "hall", name: "Hall" }],
    integrations: [{ key: "hue", name: "Hue", domain: "hue", state: "loaded", needsSignIn: false, disabled: false }],
    devices: [
      { key: "bridge", marks: ["mac-1"], name: "Bridge", roomKey: "hall", integrationKeys: ["hue"], kind: "bridge" },
    ],
    entities: entities.map((key) => ({
      key,
      label: `light.${key}`,
      marks: [`unique-${key}`],
      name: key,
      kind: "light" as const,
      deviceKey: "bridge",
      integrationKey: "hue",
      private: false,
      diagnostic: false,
      disabled: false,
    })),
  };
}
