import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, testContext } from "@caretaker/kit";
import type {
  ActionName,
  CapabilityInput,
  CapabilityName,
  Clock,
  GatewaySession,
  Inventory,
} from "@caretaker/protocol";
import { type FakeHomeAssistant, type StartFakeHomeAssistant, startFakeHomeAssistant } from "./fake-gateway/index.ts";
import { homeAssistant } from "./index.ts";

export { testContext };

/** A fake home with a session to it. Dispose of it with `await using`. */
export interface OpenHome extends AsyncDisposable {
  readonly fake: FakeHomeAssistant;
  readonly session: GatewaySession;
  readonly context: TestContext;
  readonly inventory: () => Inventory;
  /** The key of an entity, device or integration, by its label or name. */
  key(of: "entities" | "devices" | "integrations", called: string): string;
  read<N extends CapabilityName>(capability: N, input: CapabilityInput<N>): ReturnType<GatewaySession["read"]>;
  act<N extends ActionName>(capability: N, input: CapabilityInput<N>): ReturnType<GatewaySession["act"]>;
}

export async function openHome(options: StartFakeHomeAssistant = {}, clock?: Clock): Promise<OpenHome> {
  const fake = await startFakeHomeAssistant(options);
  const context = testContext(clock);
  const session = await homeAssistant.connect({ url: fake.url, token: fake.token }, context);
  const { inventory } = context;
  return {
    fake,
    session,
    context,
    inventory,
    key: (of, called) => {
      const found =
        of === "entities"
          ? inventory().entities.find(({ label }) => label === called)
          : inventory()[of].find(({ name }) => name === called);
      if (found === undefined) throw new Error(`There is no ${called} among the ${of}`);
      return found.key;
    },
    read: (capability, input) => session.read({ capability, input }),
    act: (capability, input) => session.act({ capability, input, attemptId: "attempt-1" }),
    async [Symbol.asyncDispose]() {
      await session.close();
      await fake.close();
    },
  };
}

/** What a real Home Assistant said, as the kit has captured it. */
export function captured<T>(version: "newest" | "2024.3", name: string): T {
  const folder = join(import.meta.dirname, "../../test/kit/real-home-assistant/captured", version);
  return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as T;
}
