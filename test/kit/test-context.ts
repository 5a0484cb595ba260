import {
  type Clock,
  type ConnectorContext,
  type Dialer,
  type Inventory,
  type SessionEvent,
  type StateChange,
  systemClock,
} from "@caretaker/protocol";
import { createPlainDialer } from "./plain-dialer.ts";

/** What a connector is handed in a test: it keeps all that it is told. */
export interface TestContext extends ConnectorContext {
  readonly events: SessionEvent[];
  readonly logged: { level: string; fields: Record<string, unknown>; message: string }[];
  /** What the gateway has, as it was told last; throws when nothing was told. */
  inventory(): Inventory;
  /** What was last told of an entity, by its key. */
  told(key: string): StateChange | undefined;
}

/** `dialer` by default takes the time that it takes, whatever the clock says. */
export function testContext(clock: Clock = systemClock, dialer: Dialer = createPlainDialer()): TestContext {
  const events: SessionEvent[] = [];
  const logged: TestContext["logged"] = [];
  const line = (level: string) => (fields: Record<string, unknown>, message: string) => {
    logged.push({ level, fields, message });
  };
  return {
    events,
    logged,
    dialer,
    clock,
    log: { debug: line("debug"), info: line("info"), warn: line("warn") },
    emit: (event) => events.push(event),
    inventory: () => {
      const last = events.findLast((event) => event.type === "inventory");
      if (last?.type !== "inventory") throw new Error("No inventory was told");
      return last.inventory;
    },
    told: (key) =>
      events
        .flatMap((event) => (event.type === "states" ? event.changes : []))
        .findLast((change) => change.key === key),
  };
}

/** Opens something on a gateway that was started for it; where that fails, nothing of the gateway is left. */
export async function openOn<T>(gateway: { close(): Promise<void> }, open: () => Promise<T>): Promise<T> {
  return open().catch(async (error: unknown) => {
    await gateway.close();
    throw error;
  });
}
