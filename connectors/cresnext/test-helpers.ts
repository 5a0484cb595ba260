import { createPlainDialer } from "@caretaker/kit";
import {
  type Clock,
  type ConnectorContext,
  type GatewaySession,
  type Inventory,
  type SessionEvent,
  type StateChange,
  systemClock,
} from "@caretaker/protocol";
import { type FakePanel, type StartFakePanel, startFakePanel } from "./fake-gateway/index.ts";
import { cresnext } from "./index.ts";

export interface TestContext extends ConnectorContext {
  readonly events: SessionEvent[];
  readonly logged: { level: string; fields: Record<string, unknown>; message: string }[];
}

/** A context that keeps what it is told. */
export function testContext(clock: Clock = systemClock): TestContext {
  const events: SessionEvent[] = [];
  const logged: TestContext["logged"] = [];
  const line = (level: string) => (fields: Record<string, unknown>, message: string) => {
    logged.push({ level, fields, message });
  };
  return {
    events,
    logged,
    dialer: createPlainDialer(),
    clock,
    log: { debug: line("debug"), info: line("info"), warn: line("warn") },
    emit: (event) => events.push(event),
  };
}

/** A fake panel with a session to it. Dispose of it with `await using`. */
export interface OpenPanel extends AsyncDisposable {
  readonly fake: FakePanel;
  readonly session: GatewaySession;
  readonly context: TestContext;
  inventory(): Inventory;
  /** What was last told of an entity. */
  told(key: string): StateChange | undefined;
}

export async function openPanel(options: StartFakePanel = {}, clock?: Clock): Promise<OpenPanel> {
  const fake = await startFakePanel(options);
  const context = testContext(clock);
  const session = await cresnext.connect(fake.config, context).catch(async (error: unknown) => {
    await fake.close();
    throw error;
  });
  return {
    fake,
    session,
    context,
    inventory: () => {
      const told = context.events.findLast((event) => event.type === "inventory");
      if (told?.type !== "inventory") throw new Error("No inventory was told");
      return told.inventory;
    },
    told: (key) =>
      context.events
        .flatMap((event) => (event.type === "states" ? event.changes : []))
        .findLast((change) => change.key === key),
    async [Symbol.asyncDispose]() {
      await session.close();
      await fake.close();
    },
  };
}
