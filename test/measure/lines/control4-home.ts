import { control4 } from "@caretaker/connector-control4";
import { type FakeControl4, startFakeControl4 } from "@caretaker/connector-control4/fake-gateway";
import { createTestClock, type TestClock } from "@caretaker/kit";
import { FaultyLine } from "@caretaker/kit/faulty-line.ts";
import type { Inventory } from "@caretaker/protocol";
import type { Supervisor } from "@caretaker/server/gateways/supervisor.ts";
import type { GatewayStatus } from "@caretaker/server/state/records.ts";
import { pass, quiet, supervise } from "./watched-home.ts";

/** Which of its two ways out breaks: to the controller in the home, or to the account service of the maker. */
export type Way = "controller" | "account";

/** Short where the account service is away, so that a token has to be renewed meanwhile. */
const TOKEN_SECONDS: Readonly<Record<Way, number>> = { controller: 86_400, account: 120 };
const LAMP = "Hall pendants";

/** A Control4 home that the hub's own supervisor, dialer and connector hold, with a line that breaks on demand. */
export interface Control4Home {
  readonly clock: TestClock;
  readonly fake: FakeControl4;
  readonly line: FaultyLine;
  readonly supervisor: Supervisor;
  readonly status: GatewayStatus;
  /** The key of the room that acts are tried in. */
  room(): string;
  /** The pendants are dimmed to a level that nothing has had before. */
  dim(level: number): void;
  /** Whether the hub takes them to be as they were last dimmed. */
  isFollowed(): boolean;
  inventory(): Inventory | undefined;
  garbage(): number;
  pass(seconds: number, until?: () => boolean): Promise<boolean>;
  /** Ends all of it. Returns what is left that should not be. */
  close(): Promise<{ readonly timers: number; readonly lines: number }>;
}

export async function watchControl4Home(way: Way): Promise<Control4Home> {
  const clock = createTestClock();
  const fake = await startFakeControl4({ knobs: { tokenLifetimeSeconds: TOKEN_SECONDS[way] } });
  const line = await FaultyLine.open(fake.ports[way], clock);
  let inventory: Inventory | undefined;
  let garbage = 0;
  let level = 0;
  let seen: unknown;
  const here = `127.0.0.1:${line.port}`;
  const { supervisor, status } = supervise({
    connector: control4,
    config: { ...fake.config, ...(way === "controller" ? { address: here } : { accountService: `https://${here}` }) },
    clock,
    take: (event) => {
      if (event.type === "inventory") inventory = event.inventory;
      if (event.type === "garbage") garbage += event.count;
      if (event.type !== "states") return;
      const key = inventory?.entities.find(({ name }) => name === LAMP)?.key;
      const change = event.changes.findLast((one) => one.key === key);
      if (change !== undefined) seen = change.attributes?.brightness;
    },
  });
  return {
    clock,
    fake,
    line,
    supervisor,
    status,
    room: () => inventory?.rooms.find(({ name }) => name === "Living room")?.key ?? "",
    dim: (to) => {
      level = to;
      fake.house.set(fake.house.find(LAMP).row.id, "LIGHT_LEVEL", to);
    },
    isFollowed: () => seen === Math.round(level * 2.55),
    inventory: () => inventory,
    garbage: () => garbage,
    pass: (seconds, until) => pass(clock, line, seconds, until),
    async close() {
      await supervisor.stop();
      await quiet(line);
      await clock.forward("3s");
      const lines = await line.stillOpen();
      await line.close();
      await fake.close();
      return { timers: clock.pending(), lines };
    },
  };
}
