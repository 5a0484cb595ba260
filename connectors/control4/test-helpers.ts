import { openOn, testContext } from "@caretaker/kit";
import type {
  ActionName,
  CapabilityInput,
  CapabilityName,
  Clock,
  GatewaySession,
  Inventory,
  SessionEvent,
} from "@caretaker/protocol";
import { type FakeControl4, type StartFakeControl4, startFakeControl4 } from "./fake-gateway/index.ts";
import { control4 } from "./index.ts";

/** A fake home with a session to it. Dispose of it with `await using`. */
export interface OpenHome extends AsyncDisposable {
  readonly fake: FakeControl4;
  readonly session: GatewaySession;
  readonly events: SessionEvent[];
  readonly inventory: () => Inventory;
  /** The key of a room, device or entity by its name. */
  key(of: "rooms" | "devices" | "entities", name: string): string;
  /** What an entity was last told to be. */
  state(name: string): { state: string | undefined; available: string | undefined };
  read<N extends CapabilityName>(capability: N, input: CapabilityInput<N>): ReturnType<GatewaySession["read"]>;
  act<N extends ActionName>(capability: N, input: CapabilityInput<N>): ReturnType<GatewaySession["act"]>;
}

export interface OpenOptions extends StartFakeControl4 {
  readonly clock?: Clock;
  readonly config?: Readonly<Record<string, unknown>>;
}

export async function openHome({ clock, config = {}, ...options }: OpenOptions = {}): Promise<OpenHome> {
  const fake = await startFakeControl4(options);
  const context = testContext(clock);
  const { events, inventory } = context;
  const session = await openOn(fake, () => control4.connect({ ...fake.config, ...config }, context));
  const key: OpenHome["key"] = (of, name) => {
    const found = inventory()[of].find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no ${name} among the ${of}`);
    return found.key;
  };
  return {
    fake,
    session,
    events,
    inventory,
    key,
    state: (name) => {
      const last = context.told(key("entities", name));
      return { state: last?.state, available: last?.available };
    },
    read: (capability, input) => session.read({ capability, input }),
    act: (capability, input) => session.act({ capability, input, attemptId: "attempt-1" }),
    async [Symbol.asyncDispose]() {
      await session.close();
      await fake.close();
    },
  };
}
