import { setTimeout as wait } from "node:timers/promises";
import { createPlainDialer, type TestClock } from "@caretaker/kit";
import {
  type Clock,
  type ConnectorContext,
  type GatewaySession,
  type Inventory,
  type SessionEvent,
  type StateChange,
  systemClock,
} from "@caretaker/protocol";
import {
  type FakeHome,
  type FakeProcessor,
  type StartFakeHome,
  type StartFakeProcessor,
  startFakeHome,
  startFakeProcessor,
} from "./fake-gateway/index.ts";
import { crestron } from "./index.ts";

export interface TestContext extends ConnectorContext {
  readonly events: SessionEvent[];
}

/** A context that keeps what it is told. */
export function testContext(clock: Clock = systemClock): TestContext {
  const events: SessionEvent[] = [];
  const quiet = { debug() {}, info() {}, warn() {} };
  return { events, dialer: createPlainDialer(clock), clock, log: quiet, emit: (event) => events.push(event) };
}

/** Moves time on in steps that are shorter than any time-out, and lets the network have its turn after each. */
export async function pass(clock: TestClock, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 5) {
    await clock.forward(Math.min(5, seconds - passed) * 1000);
    await wait(15);
  }
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
    ...toldTo(context),
    async [Symbol.asyncDispose]() {
      await session.close();
      await fake.close();
    },
  };
}

function toldTo(context: TestContext): Pick<OpenProcessor, "inventory" | "told"> {
  return {
    inventory: () => {
      const told = context.events.findLast((event) => event.type === "inventory");
      if (told?.type !== "inventory") throw new Error("No inventory was told");
      return told.inventory;
    },
    told: (key) =>
      context.events
        .flatMap((event) => (event.type === "states" ? event.changes : []))
        .findLast((change) => change.key === key),
  };
}

/** A fake Crestron Home with a session to it, with the console of its processor beside it where that is wanted. */
export interface OpenHome extends AsyncDisposable, Pick<OpenProcessor, "session" | "context" | "inventory" | "told"> {
  readonly fake: FakeHome;
  readonly processor: FakeProcessor | undefined;
}

export async function openHome(options: StartFakeHome = {}, clock?: Clock, hasConsole = false): Promise<OpenHome> {
  const fake = await startFakeHome(options);
  const processor = hasConsole ? await startFakeProcessor() : undefined;
  const context = testContext(clock);
  const close = async (): Promise<void> => {
    await fake.close();
    await processor?.close();
  };
  const session = await crestron.connect({ ...processor?.config, ...fake.config }, context).catch(async (error) => {
    await close();
    throw error;
  });
  return {
    fake,
    processor,
    session,
    context,
    ...toldTo(context),
    async [Symbol.asyncDispose]() {
      await session.close();
      await close();
    },
  };
}
