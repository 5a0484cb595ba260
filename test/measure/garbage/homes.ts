import { control4 } from "@caretaker/connector-control4";
import { startFakeControl4 } from "@caretaker/connector-control4/fake-gateway";
import { cresnext } from "@caretaker/connector-cresnext";
import { startFakePanel } from "@caretaker/connector-cresnext/fake-gateway";
import { createTestClock } from "@caretaker/kit";
import type { Inventory, SessionEvent } from "@caretaker/protocol";
import { GarblingFront } from "../lines/garbling-front.ts";
import { LAMP, pass, quiet, supervise, watchHome } from "../lines/watched-home.ts";
import type { HeardHome } from "./heard.ts";
import { control4PushSpeech, homeAssistantSpeech, panelSpeech } from "./speeches.ts";

/** Bad frames are the same at every WebSocket, and a line over TLS takes its time to be opened anew. */
const BAD_EVERY = 20;

/** The WebSocket of a Home Assistant. */
export async function hearHomeAssistant(): Promise<HeardHome> {
  const home = await watchHome();
  let changes = 0;
  return {
    ...home,
    speech: homeAssistantSpeech,
    badEvery: 3,
    start: () => home.supervisor.start(),
    change: () => {
      changes += 1;
      const now = `state ${changes}`;
      home.fake.setState(LAMP, now);
      return () => home.lamp() === now;
    },
  };
}

/** The push channel of a Control4 controller. */
export async function hearControl4(): Promise<HeardHome> {
  const fake = await startFakeControl4();
  const front = await GarblingFront.open(fake.ports.controller, { isTls: true });
  const kept = keep("Hall pendants");
  const config = { ...fake.config, address: `127.0.0.1:${front.port}`, pinnedCertificate: front.fingerprint };
  const lamp = fake.house.find("Hall pendants").row.id;
  let level = 0;
  return {
    ...kept,
    ...follow(control4, config, front, kept.take, () => fake.close()),
    speech: control4PushSpeech(() => fake.push.names),
    badEvery: BAD_EVERY,
    change: () => {
      level = (level % 99) + 1;
      const wanted = Math.round(level * 2.55);
      fake.house.set(lamp, "LIGHT_LEVEL", level);
      return () => kept.last()?.attributes?.brightness === wanted;
    },
  };
}

/** The WebSocket of a Crestron panel. */
export async function hearPanel(): Promise<HeardHome> {
  const fake = await startFakePanel();
  const front = await GarblingFront.open(fake.port, { isTls: true });
  const kept = keep("");
  const config = { ...fake.config, url: `https://127.0.0.1:${front.port}`, pinnedCertificate: front.fingerprint };
  return {
    ...kept,
    ...follow(cresnext, config, front, kept.take, () => fake.close()),
    speech: panelSpeech,
    badEvery: BAD_EVERY,
    change: () => {
      const before = kept.told();
      fake.setLink("03", "OFFLINE");
      fake.setLink("03", "ONLINE");
      return () => kept.told() > before;
    },
  };
}

/** What a session said, as far as anybody asks for it. */
function keep(name: string) {
  let inventory: Inventory | undefined;
  let garbage = 0;
  let told = 0;
  let last: Extract<SessionEvent, { type: "states" }>["changes"][number] | undefined;
  return {
    inventory: () => inventory,
    garbage: () => garbage,
    told: () => told,
    /** The newest change of the entity with that name. */
    last: () => last,
    take: (event: SessionEvent) => {
      if (event.type === "inventory") inventory = event.inventory;
      if (event.type === "garbage") garbage += event.count;
      if (event.type !== "states") return;
      told += 1;
      const key = inventory?.entities.find((one) => one.name === name)?.key;
      last = event.changes.findLast((change) => change.key === key) ?? last;
    },
  };
}

function follow(
  connector: Parameters<typeof supervise>[0]["connector"],
  config: object,
  line: GarblingFront,
  take: (event: SessionEvent) => void,
  closeFake: () => Promise<void>,
) {
  const clock = createTestClock();
  const { supervisor, status } = supervise({ connector, config, clock, take });
  return {
    line,
    status,
    start: () => supervisor.start(),
    pass: (seconds: number, until?: () => boolean) => pass(clock, line, seconds, until),
    async close() {
      await supervisor.stop();
      await quiet(line);
      await clock.forward("3s");
      const lines = await line.stillOpen();
      await line.close();
      await closeFake();
      return { timers: clock.pending(), lines };
    },
  };
}
