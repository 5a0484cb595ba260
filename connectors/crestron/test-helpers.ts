import { setTimeout as wait } from "node:timers/promises";
import { testContext as contextOn, createPlainDialer, openOn, type TestClock, type TestContext } from "@caretaker/kit";
import { type Clock, type GatewaySession, systemClock } from "@caretaker/protocol";
import {
  type FakeHome,
  type FakeProcessor,
  type StartFakeHome,
  type StartFakeProcessor,
  startFakeHome,
  startFakeProcessor,
} from "./fake-gateway/index.ts";
import { crestron } from "./index.ts";

/** With a dialer whose time-outs go by the clock as well. */
export function testContext(clock: Clock = systemClock): TestContext {
  return contextOn(clock, createPlainDialer(clock));
}

/** Moves time on in steps that are shorter than any time-out, and lets the network have its turn after each. */
export async function pass(clock: TestClock, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 5) {
    await clock.forward(Math.min(5, seconds - passed) * 1000);
    await wait(15);
  }
}

/** A fake processor with a session to it. Dispose of it with `await using`. */
export interface OpenProcessor extends AsyncDisposable, Pick<TestContext, "inventory" | "told"> {
  readonly fake: FakeProcessor;
  readonly session: GatewaySession;
  readonly context: TestContext;
}

export async function openProcessor(
  options: StartFakeProcessor & { config?: Record<string, unknown> } = {},
  clock?: Clock,
): Promise<OpenProcessor> {
  const fake = await startFakeProcessor(options);
  const context = testContext(clock);
  const session = await openOn(fake, () => crestron.connect({ ...fake.config, ...options.config }, context));
  return {
    fake,
    session,
    context,
    inventory: context.inventory,
    told: context.told,
    async [Symbol.asyncDispose]() {
      await session.close();
      await fake.close();
    },
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
  const session = await openOn({ close }, () => crestron.connect({ ...processor?.config, ...fake.config }, context));
  return {
    fake,
    processor,
    session,
    context,
    inventory: context.inventory,
    told: context.told,
    async [Symbol.asyncDispose]() {
      await session.close();
      await close();
    },
  };
}
