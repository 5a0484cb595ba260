import { cresnext } from "@caretaker/connector-cresnext";
import { startFakePanel } from "@caretaker/connector-cresnext/fake-gateway";
import { crestron } from "@caretaker/connector-crestron";
import { startFakeHome } from "@caretaker/connector-crestron/fake-gateway";
import { createTestClock } from "@caretaker/kit";
import { FaultyLine } from "@caretaker/kit/faulty-line.ts";
import type { Connector, SessionEvent } from "@caretaker/protocol";
import type { Supervisor } from "@caretaker/server/gateways/supervisor.ts";
import type { GatewayStatus } from "@caretaker/server/state/records.ts";
import { watchControl4Home } from "../lines/control4-home.ts";
import { LAMP, pass, quiet, supervise, watchHome } from "../lines/watched-home.ts";

/** A gateway that the hub's own supervisor holds, over a line that is cut. */
export interface CutHome {
  readonly line: FaultyLine;
  readonly supervisor: Supervisor;
  readonly status: GatewayStatus;
  read(): Promise<unknown>;
  act(): Promise<unknown>;
  /** How many acts have arrived. */
  acts(): number;
  /** Something in the home becomes what it has not been before. */
  change(): void;
  /** Whether the hub shows it as it is. */
  isShown(): boolean;
  /** Lines for news that are open: never more than one. */
  sessions(): number;
  pass(seconds: number, until?: () => boolean): Promise<boolean>;
  /** How many seconds have passed. */
  now(): number;
  /** Ends all of it. Returns what is left that should not be. */
  close(): Promise<{ readonly timers: number; readonly lines: number }>;
}

/** What can be cut without a word, each with how its gateway is followed. */
export const HOMES: Readonly<Record<string, () => Promise<CutHome>>> = {
  "home-assistant": openHomeAssistant,
  control4: openControl4,
  "crestron home": openCrestronHome,
  cresnext: openPanel,
};

async function openHomeAssistant(): Promise<CutHome> {
  const home = await watchHome();
  const { fake, supervisor } = home;
  let wanted = "off";
  return {
    ...home,
    read: () => supervisor.read("integration.list", {}),
    act: () => {
      const integration = home.inventory()?.integrations.find(({ name }) => name === "Hall bridge")?.key ?? "";
      return supervisor.act({ capability: "integration.reload", input: { integration }, attemptId: "attempt" });
    },
    acts: () => fake.countActs("homeassistant", "reload_config_entry"),
    change: () => {
      wanted = `${wanted}.`;
      fake.setState(LAMP, wanted);
    },
    isShown: () => home.lamp() === wanted,
    sessions: () => fake.clients,
  };
}

async function openControl4(): Promise<CutHome> {
  const home = await watchControl4Home("controller");
  const { fake, supervisor, clock } = home;
  const levels = [21, 33, 47, 62, 84];
  return {
    ...home,
    read: () => supervisor.read("room.state", { room: home.room() }),
    act: () => supervisor.act({ capability: "room.off", input: { room: home.room() }, attemptId: "attempt" }),
    acts: () => fake.acts.length,
    change: () => home.dim(levels.shift() ?? 5),
    isShown: home.isFollowed,
    sessions: () => fake.push.clients,
    now: () => clock.monotonic() / 1000,
  };
}

interface Followed {
  readonly connector: Connector;
  readonly port: number;
  readonly configOf: (port: number) => object;
  /** Whose states are looked at. */
  readonly key: string;
  close(): Promise<void>;
}

/** The parts of a cut home that do not depend on its make. */
async function follow({ connector, port, configOf, key, close }: Followed) {
  const clock = createTestClock();
  const line = await FaultyLine.open(port, clock);
  let seen: string | undefined;
  const { supervisor, status } = supervise({
    connector,
    config: configOf(line.port),
    clock,
    take: (event: SessionEvent) => {
      const change = event.type === "states" ? event.changes.findLast((one) => one.key === key) : undefined;
      if (change !== undefined) seen = JSON.stringify([change.state, change.attributes]);
    },
  });
  return {
    line,
    supervisor,
    status,
    seen: () => seen ?? "",
    pass: (seconds: number, until?: () => boolean) => pass(clock, line, seconds, until),
    now: () => clock.monotonic() / 1000,
    async close() {
      await supervisor.stop();
      await quiet(line);
      await clock.forward("3s");
      const lines = line.isBroken ? 0 : await line.stillOpen();
      await line.close();
      await close();
      return { timers: clock.pending(), lines };
    },
  };
}

async function openCrestronHome(): Promise<CutHome> {
  const fake = await startFakeHome();
  const porch = fake.row("Porch");
  const home = await follow({
    connector: crestron,
    port: fake.port,
    configOf: (port) => ({ ...fake.config, homeAddress: `https://127.0.0.1:${port}` }),
    key: `home-${porch.id}.light`,
    close: () => fake.close(),
  });
  return {
    ...home,
    read: () => home.supervisor.read("device.state", { device: `home-${porch.id}` }),
    act: () => home.supervisor.act({ capability: "room.off", input: { room: "room-4" }, attemptId: "attempt" }),
    acts: () => fake.acts.length,
    change: () => {
      porch.level = porch.level === 0 ? 65_535 : 0;
    },
    isShown: () => home.seen().includes(porch.level === 0 ? '"off"' : '"on"'),
    // It is asked and pushes nothing: there is no line that could be open beside another.
    sessions: () => 0,
  };
}

const LINK = "03";

async function openPanel(): Promise<CutHome> {
  const fake = await startFakePanel();
  const home = await follow({
    connector: cresnext,
    port: fake.port,
    configOf: (port) => ({ ...fake.config, url: `https://127.0.0.1:${port}` }),
    key: `ip-${LINK}.link`,
    close: () => fake.close(),
  });
  let word = "ONLINE";
  let changes = 0;
  return {
    ...home,
    read: () => home.supervisor.read("gateway.info", {}),
    act: () => home.supervisor.act({ capability: "gateway.restart", input: {}, attemptId: "attempt" }),
    acts: () => fake.acts.length,
    change: () => {
      changes += 1;
      word = `WAITING ${changes}`;
      fake.setLink(LINK, word);
    },
    isShown: () => home.seen().includes(word),
    sessions: () => fake.clients,
  };
}
