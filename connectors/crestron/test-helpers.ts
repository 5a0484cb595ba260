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
import { type FakeProcessor, type StartFakeProcessor, startFakeProcessor } from "./fake-gateway/index.ts";
import { crestron } from "./index.ts";

export interface TestContext extends ConnectorContext {
  readonly events: SessionEvent[];
}

/** A context that keeps what it is told. */
export function testContext(clock: Clock = systemClock): TestContext {
  const events: SessionEvent[] = [];
  const quiet = { debug() {}, info() {}, warn() {} };
  return { events, dialer: createPlainDialer(), clock, log: quiet, emit: (event) => events.push(event) };
}

/** A fake processor with a session to it. Dispose of it with `await using`. */
export interface OpenProcessor extends AsyncDisposable {
  readonly fake: FakeProcessor;
  readonly session: GatewaySession;
  readonly context: TestContext;
  inventory(): Inventory;
  /** What was last told of an entity. */
  told(key: string): StateChange | undefined;
}

export async function openProcessor(
  options: StartFakeProcessor & { config?: Record<string, unknown> } = {},
  clock?: Clock,
): Promise<OpenProcessor> {
  const fake = await startFakeProcessor(options);
  const context = testContext(clock);
  const session = await crestron
    .connect({ ...fake.config, ...options.config }, context)
    .catch(async (error: unknown) => {
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
