import { setTimeout as wait } from "node:timers/promises";
import { control4 } from "@caretaker/connector-control4";
import { startFakeControl4 } from "@caretaker/connector-control4/fake-gateway";
import { cresnext } from "@caretaker/connector-cresnext";
import { startFakePanel } from "@caretaker/connector-cresnext/fake-gateway";
import { crestron } from "@caretaker/connector-crestron";
import { startFakeHome, startFakeProcessor } from "@caretaker/connector-crestron/fake-gateway";
import { createTestClock } from "@caretaker/kit";
import { FaultyLine } from "@caretaker/kit/faulty-line.ts";
import {
  type ActionName,
  CaretakerError,
  type Connector,
  type GatewaySession,
  Inventory,
  type ReadName,
  type SessionEvent,
  systemClock,
  targetsOf,
} from "@caretaker/protocol";
import { createDialer } from "@caretaker/reach/dialer.ts";
import { GarblingFront } from "../lines/garbling-front.ts";
import type { Figure } from "../measurement.ts";
import type { Random } from "../random.ts";
import { drawReply } from "./answers.ts";
import { drawSaid, type Said, type Speech } from "./speech.ts";
import { consoleSpeech, control4AccountSpeech, control4Speech, crestronHomeSpeech, panelSpeech } from "./speeches.ts";
import { figuresOf, measured, newTally, type Tally } from "./tally.ts";

/** A gateway that is asked, and answers something else than it should. */
export interface AskedHome {
  readonly connector: Connector;
  readonly config: object;
  /** From now on this is answered, to the kind of question drawn with it. */
  garble(random: Random): Said;
  /** Answers as it should again. */
  mend(): void;
  /** What may be asked of it while it is connected. */
  readonly questions: readonly { readonly capability: ReadName | ActionName; readonly input: object }[];
  /** Lines that are left open. */
  lines(): Promise<number>;
  close(): Promise<void>;
}

interface Saying {
  readonly random: Random;
  readonly wanted: number;
  readonly say: (line: string) => void;
}

/** Of so many times, once while it is being connected to. */
const CONNECTS_EVERY = 4;
/** Waited for in pieces: a machine that stands still for a while costs one of them, and what arrived meanwhile is read first. */
const GIVES_UP_AFTER = { pieces: 20, milliseconds: 250 };
const silent = { debug() {}, info() {}, warn() {} };

/** Answers a door that asks with what no gateway answers. Each is taken, or refused with an error that says why. */
export async function answerWrongly(
  door: string,
  open: () => Promise<AskedHome>,
  { random, wanted, say }: Saying,
): Promise<Figure[]> {
  const tally = newTally();
  const home = await open();
  const clock = createTestClock();
  const dialer = createDialer({ allow: targetsOf(home.connector, home.config), clock });
  const emit = (event: SessionEvent): void => {
    if (event.type === "garbage") tally.counted += event.count;
    if (event.type === "inventory" && !Inventory.safeParse(event.inventory).success) tally.misshapen += 1;
    if (event.type === "lost") isLost = true;
  };
  const connect = (): Promise<GatewaySession> =>
    home.connector.connect(home.config, { dialer, clock, log: silent, emit });
  let isLost = false;
  let session = await connect();
  while (tally.said < wanted) {
    if (tally.said % 2000 === 1999) say(`  ${door}: ${tally.said + 1} answers`);
    const isConnecting = home.questions.length === 0 || random.below(CONNECTS_EVERY) === 0;
    const { kind } = home.garble(random);
    await measured(tally, kind, async () => {
      const work = isConnecting ? connect().then((one) => one.close()) : ask(session, home, random);
      await judge(work, tally, say, `${door}, ${kind}, ${isConnecting ? "connecting" : "asked"}`);
    });
    home.mend();
    if (!isLost && random.below(CONNECTS_EVERY) !== 0) continue;
    // It is well again, and answers as if nothing had been.
    tally.closed += isLost ? 1 : 0;
    isLost = false;
    await session.close();
    session = await connect();
  }
  await session.close();
  await clock.forward("3s");
  tally.lines = await home.lines();
  tally.timers = clock.pending();
  await home.close();
  return [
    ...figuresOf(door, tally, wanted),
    { name: "  answers taken, and errors that say why", value: tally.followed, unit: "", promise: { atLeast: wanted } },
  ];
}

async function ask(session: GatewaySession, { connector, questions }: AskedHome, random: Random): Promise<void> {
  const { capability, input } = random.pick(questions);
  const isAct = connector.manifest.capabilities[capability]?.scope === "diagnose";
  const request = { capability, input, attemptId: "attempt" } as never;
  await (isAct ? session.act(request) : session.read(request));
}

async function judge(work: Promise<unknown>, tally: Tally, say: Saying["say"], where: string): Promise<void> {
  let met: unknown = "late";
  const over = work.then(
    (taken: unknown) => {
      met = taken;
    },
    (error: unknown) => {
      met = error;
    },
  );
  for (let piece = 0; met === "late" && piece < GIVES_UP_AFTER.pieces; piece += 1) {
    const timer = new AbortController();
    await Promise.race([over, wait(GIVES_UP_AFTER.milliseconds, null, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
  }
  if (met === "late") {
    tally.deaf += 1;
    say(`  ${where}: neither taken nor refused`);
  } else if (met instanceof Error && !(met instanceof CaretakerError)) say(`  ${where}: ${met.stack ?? met.message}`);
  else tally.followed += 1;
}

/** The REST interface of a Control4 controller. */
export async function askControl4(): Promise<AskedHome> {
  const fake = await startFakeControl4();
  const front = await GarblingFront.open(fake.ports.controller, { isTls: true });
  const paths = ["/items", "/items/variables", "/agents/macros", "/commands", "/categories", "datatoui", "/api"];
  const room = String(fake.house.find("Living room").row.id);
  const lamp = fake.house.find("Hall pendants").row.id;
  return {
    connector: control4,
    config: { ...fake.config, address: `127.0.0.1:${front.port}`, pinnedCertificate: front.fingerprint },
    ...behind(front, paths, control4Speech),
    questions: [
      { capability: "gateway.info", input: {} },
      { capability: "device.state", input: { device: String(lamp - 1) } },
      { capability: "entity.state", input: { entity: String(lamp) } },
      { capability: "room.state", input: { room } },
      { capability: "entity.refresh", input: { entity: String(lamp) } },
    ],
    async close() {
      await front.close();
      await fake.close();
    },
  };
}

/** The account service that lets people into Control4 controllers: it is asked while a home is being connected to. */
export async function askControl4Account(): Promise<AskedHome> {
  const fake = await startFakeControl4();
  const front = await GarblingFront.open(fake.ports.account, { isTls: true });
  const paths = ["/authentication/v1/rest ", "/accounts ", "/authorization", "/controller", "/accounts/", "/"];
  return {
    connector: control4,
    config: {
      ...fake.config,
      accountService: `https://127.0.0.1:${front.port}`,
      pinnedAccountCertificate: front.fingerprint,
    },
    ...behind(front, paths, control4AccountSpeech),
    questions: [],
    async close() {
      await front.close();
      await fake.close();
    },
  };
}

/** The pages and objects of a Crestron panel. */
export async function askPanel(): Promise<AskedHome> {
  const fake = await startFakePanel();
  const front = await GarblingFront.open(fake.port, { isTls: true });
  const paths = [
    "GET /userlogin",
    "POST /userlogin",
    "/Device/DeviceInfo",
    "/Device/IpTable",
    "/Device",
    "/websockify",
  ];
  return {
    connector: cresnext,
    config: { ...fake.config, url: `https://127.0.0.1:${front.port}`, pinnedCertificate: front.fingerprint },
    ...behind(front, paths, panelSpeech),
    questions: [
      { capability: "gateway.info", input: {} },
      { capability: "device.state", input: { device: "panel" } },
    ],
    async close() {
      await front.close();
      await fake.close();
    },
  };
}

/** The REST interface of Crestron Home on a processor. */
export async function askCrestronHome(): Promise<AskedHome> {
  const fake = await startFakeHome();
  const front = await GarblingFront.open(fake.port, { isTls: true });
  const paths = ["/login", "/rooms", "/devices", "/lights", "/thermostats", "/sensors", "/mediarooms", "/cws/api"];
  const lamp = `home-${fake.row("Pendant").id}`;
  return {
    connector: crestron,
    config: { ...fake.config, homeAddress: `https://127.0.0.1:${front.port}`, pinnedCertificate: front.fingerprint },
    ...behind(front, paths, crestronHomeSpeech),
    questions: [
      { capability: "gateway.info", input: {} },
      { capability: "device.state", input: { device: lamp } },
      { capability: "entity.state", input: { entity: `${lamp}.light` } },
      { capability: "room.state", input: { room: "room-4" } },
      { capability: "entity.refresh", input: { entity: `home-${fake.row("Ground floor").id}.climate` } },
    ],
    async close() {
      await front.close();
      await fake.close();
    },
  };
}

/** The console of a Crestron processor: what is drawn is printed for a command. */
export async function askConsole(): Promise<AskedHome> {
  const fake = await startFakeProcessor();
  const line = await FaultyLine.open(fake.port, systemClock);
  const commands = ["VERSION", "HOSTNAME", "UPTIME", "PROGCOMMENTS", "IPTABLE", "ERRLOG", "RAMFREE"];
  return {
    connector: crestron,
    config: { ...fake.config, address: `127.0.0.1:${line.port}` },
    garble: (random) => {
      const said = drawSaid(random, consoleSpeech);
      for (const command of commands)
        if (random.below(2) === 0) fake.knobs.answers.set(command, said.bytes.toString("utf8"));
      return said;
    },
    mend: () => fake.knobs.answers.clear(),
    questions: [
      { capability: "gateway.info", input: {} },
      { capability: "device.state", input: { device: "processor" } },
      { capability: "device.state", input: { device: "program-1" } },
      { capability: "log.errors", input: {} },
    ],
    lines: () => line.stillOpen(),
    async close() {
      await line.close();
      await fake.close();
    },
  };
}

/** Each draw says which questions it is the answer to: those whose first line has the drawn word in it. */
function behind(front: GarblingFront, paths: readonly string[], speech: Speech) {
  return {
    garble: (random: Random): Said => {
      const said = drawReply(random, speech);
      const path = random.pick(paths);
      front.garble = (asked) => (asked.includes(path) ? said.bytes : undefined);
      return said;
    },
    mend: () => {
      front.garble = () => undefined;
    },
    lines: () => front.stillOpen(),
  };
}
