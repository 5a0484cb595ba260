import { control4 } from "@caretaker/connector-control4";
import { startFakeControl4 } from "@caretaker/connector-control4/fake-gateway";
import { cresnext } from "@caretaker/connector-cresnext";
import { startFakePanel } from "@caretaker/connector-cresnext/fake-gateway";
import { crestron } from "@caretaker/connector-crestron";
import { startFakeHome, startFakeProcessor } from "@caretaker/connector-crestron/fake-gateway";
import { createPlainDialer, createTestClock, type TestClock } from "@caretaker/kit";
import {
  CAPABILITIES,
  type CapabilityName,
  type Connector,
  type ConnectorContext,
  type GatewaySession,
  type Inventory,
  isCapability,
  type SessionEvent,
} from "@caretaker/protocol";
import type { Figure } from "../measurement.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

interface Simulated {
  readonly config: object;
  /** What arrived there and changes something, in the gateway's own words. */
  arrived(): readonly string[];
  close(): Promise<void>;
}

/** A make whose wire knows more than may ever be said on it. */
interface Make {
  readonly connector: Connector;
  start(): Promise<Simulated>;
  /** What a person with its credentials could have it do, in its own words. */
  readonly names: readonly string[];
  /** All that its connector may ever say, by the table in its guide. */
  readonly allowed: RegExp;
}

const MAKES: Readonly<Record<string, Make>> = {
  control4: {
    connector: control4,
    async start() {
      const fake = await startFakeControl4();
      return {
        config: fake.config,
        arrived: () => fake.acts.map(({ item, command }) => `${proxyOf(fake, item)} ${command}`),
        close: () => fake.close(),
      };
    },
    names:
      "ON OFF SET_LEVEL OPEN CLOSE TOGGLE PARTITION_ARM PARTITION_DISARM EXECUTE_EMERGENCY KEY_PRESS EXECUTE_MACRO SET_MODE_HVAC SET_VOLUME_LEVEL PULSE_VOL_UP STOP reinit gc zwave/reset zigbee registration checkin drivers/file".split(
        " ",
      ),
    allowed:
      /^(light_v2 SET_LEVEL|blind SET_LEVEL_TARGET|thermostatV2 SET_SETPOINT_(HEAT|COOL)|roomdevice (ROOM_OFF|SELECT_(VIDEO|AUDIO)_DEVICE)|control4_agent_macros EXECUTE_MACRO)$/,
  },
  crestron: {
    connector: crestron,
    async start() {
      const [processor, home] = await Promise.all([startFakeProcessor(), startFakeHome()]);
      return {
        config: { ...processor.config, ...home.config },
        arrived: () => [...processor.console.acts, ...home.acts],
        async close() {
          await Promise.all([processor.close(), home.close()]);
        },
      };
    },
    names:
      "reboot initialize progreset stopprogram progload clearerr addmaster ipt authentication adduser deluser setpassword puf ssh eraseall restore delete autodiscovery lights/SetState doorlocks/unlock/53001 securitydevices/53347 shades/SetState".split(
        " ",
      ),
    allowed:
      /^(PROGRESET \d+|REBOOT|CLEARERR|SNTP sync|IPCONFIG \/renew|AUTODISCOVERY (lightbyip [\d.]+|stoplight)|MESSAGE .+|\/mediarooms\/\d+\/power\/off|\/scenes\/recall\/52201)$/i,
  },
  cresnext: {
    connector: cresnext,
    async start() {
      const fake = await startFakePanel();
      return {
        config: fake.config,
        arrived: () => fake.acts.map(({ path, body }) => `${path} ${JSON.stringify(body)}`),
        close: () => fake.close(),
      };
    },
    names: "Reboot Restore FactoryReset Upgrade Authentication NetworkAdapters IpTableV2 Display DeviceSpecific".split(
      " ",
    ),
    allowed: /^\/Device\/DeviceOperations \{"Device":\{"DeviceOperations":\{"Reboot":true\}\}\}$/,
  },
};

function proxyOf(fake: Awaited<ReturnType<typeof startFakeControl4>>, item: number): string {
  return fake.house.items.get(item)?.row.proxy ?? "unknown";
}

/** The same for the other makes: names of their own wire, and each action aimed at each thing, whatever that is. */
export async function servicesOfOthers(each: number, say: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, make] of Object.entries(MAKES)) {
    const { named, aimed, arrived, others } = await judge(make, each);
    for (const one of others.slice(0, 5)) say(`  ARRIVED: ${one}`);
    say(`  ${name}: ${named} times named, ${aimed} times aimed`);
    figures.push(
      {
        name: `${name}: calls by name at the connector`,
        value: named,
        unit: "",
        promise: { atLeast: make.names.length },
      },
      { name: "  actions aimed at every thing", value: aimed, unit: "", promise: { atLeast: 1 } },
      { name: "  acts that arrived", value: arrived, unit: "", promise: { atLeast: 1 } },
      { name: "  of these, not in the connector's table", value: others.length, unit: "", promise: { atMost: 0 } },
    );
  }
  return figures;
}

interface Judged {
  readonly named: number;
  readonly aimed: number;
  readonly arrived: number;
  readonly others: readonly string[];
}

/** `each`: so many things of the home are one, but what it may do at all is always tried. */
async function judge(make: Make, each: number): Promise<Judged> {
  const fake = await make.start();
  let gateway = await open(make.connector, fake.config);
  let named = 0;
  let aimed = 0;
  try {
    for (const capability of make.names.flatMap((name) => [
      name,
      `${make.connector.manifest.id}:${name}`,
      name.toLowerCase(),
    ])) {
      if (isCapability(capability)) continue;
      named += 1;
      const before = fake.arrived().length;
      await act(gateway, capability as CapabilityName, { item: 1, entity: capability, command: capability });
      if (fake.arrived().length > before) throw new Error(`${capability} was sent`);
    }
    for (const [capability, input] of everyAim(make.connector, gateway.inventory, each)) {
      aimed += 1;
      await act(gateway, capability, input);
      // Some of it ends the session: what comes next is aimed at a new one.
      if (gateway.isOver()) gateway = await open(make.connector, fake.config);
    }
    const arrived = fake.arrived();
    return { named, aimed, arrived: arrived.length, others: arrived.filter((one) => !make.allowed.test(one)) };
  } finally {
    await gateway.session.close();
    await fake.close();
  }
}

/** What restarts it comes last. */
const ENDS: ReadonlySet<string> = new Set(["gateway.restart", "address.renew"]);

/** Every action of the make, at every thing that it has by every field that names one. */
function* everyAim(
  { manifest }: Connector,
  { rooms, devices, entities }: Inventory,
  each: number,
): Generator<readonly [CapabilityName, Record<string, unknown>]> {
  const keys = [...rooms, ...devices, ...entities].map(({ key }) => key).filter((_, at) => at % each === 0);
  const names = (Object.keys(manifest.capabilities) as CapabilityName[]).filter(
    (name) => CAPABILITIES[name].kind === "action",
  );
  for (const name of [...names.filter((one) => !ENDS.has(one)), ...names.filter((one) => ENDS.has(one))]) {
    const fields = Object.keys(CAPABILITIES[name].input.shape);
    if (fields.length === 0) yield [name, {}];
    else if (name === "panel.message") yield [name, { sentence: "wait", language: "en" }];
    else for (const key of keys) yield [name, Object.fromEntries(fields.map((field) => [field, key]))];
  }
}

async function open(connector: Connector, config: object) {
  let inventory: Inventory | undefined;
  let isOver = false;
  const emit = (event: SessionEvent): void => {
    if (event.type === "inventory") inventory = event.inventory;
    if (event.type === "lost") isOver = true;
  };
  const clock = createTestClock(new Date().toISOString());
  const session = await connectSoon(connector, config, { dialer: createPlainDialer(), clock, log: silent, emit });
  if (inventory === undefined) throw new Error(`${connector.manifest.id} did not say what it has`);
  return { session, clock, inventory, isOver: () => isOver };
}

/** What was restarted takes a moment to be there again. */
async function connectSoon(connector: Connector, config: object, context: ConnectorContext) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await connector.connect(config, context);
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** What it waits for at home comes within milliseconds, or not at all. */
const SECOND_MILLISECONDS = 5;

interface Open {
  readonly session: GatewaySession;
  readonly clock: TestClock;
}

async function act({ session, clock }: Open, capability: CapabilityName, input: object): Promise<void> {
  let isOver = false;
  const over = session
    .act({ capability, input: input as never, attemptId: "attempt" })
    .catch(() => {})
    .finally(() => {
      isOver = true;
    });
  while (!isOver) {
    await new Promise((resolve) => setTimeout(resolve, SECOND_MILLISECONDS));
    await clock.forward("1s");
  }
  await over;
}
