import { type AddressInfo, createServer } from "node:net";
import { CaretakerError, Inventory, systemClock } from "@caretaker/protocol";
import { createDialer } from "@caretaker/server/gateways/dialer.ts";
import { drawAnswer } from "./garbage/answers.ts";
import { drawFrame } from "./garbage/frames.ts";
import { LAMP, quiet, type WatchedHome, watchHome } from "./lines/watched-home.ts";
import type { Effort, Figure } from "./measurement.ts";
import { type Random, randomFrom } from "./random.ts";

const SAID = { small: 600, full: 10_000 };
const MOST_MILLISECONDS = 250;
/** After so many frames it is tried whether the home is still followed. */
const LOOKS_EVERY = 3;
/** A home that is not understood any more is given up after so many messages at the latest. */
const GIVEN_UP_AFTER = 250;
const MOST_BYTES = 100_000;

interface Tally {
  said: number;
  slowest: number;
  slowestKind: string;
  counted: number;
  closed: number;
  followed: number;
  deaf: number;
  misshapen: number;
}

/** Says to each door of the hub what no gateway says, and looks whether it stands and still follows. */
export async function garbage({ isFull, seed, say }: Effort): Promise<Figure[]> {
  const wanted = isFull ? SAID.full : SAID.small;
  const random = randomFrom(seed);
  const crashes: unknown[] = [];
  const handle = (error: unknown): void => {
    crashes.push(error);
  };
  process.on("unhandledRejection", handle);
  process.on("uncaughtException", handle);
  try {
    const home = await sayToHomes(random, wanted, say);
    const http = await sayOverHttp(random, wanted);
    for (const error of crashes.slice(0, 3)) say(`  ${String(error)}`);
    return [
      ...figuresOf("home-assistant", home, wanted),
      {
        name: "  frames that were counted as garbage",
        value: home.counted,
        unit: "",
        promise: { atLeast: wanted / 20 },
      },
      { name: "  lines that were ended for it", value: home.closed, unit: "", promise: { atLeast: 1 } },
      { name: "  times the home was followed on", value: home.followed, unit: "", promise: { atLeast: wanted / 20 } },
      { name: "  times it was neither followed nor given up", value: home.deaf, unit: "", promise: { atMost: 0 } },
      { name: "  inventories of another shape", value: home.misshapen, unit: "", promise: { atMost: 0 } },
      ...figuresOf("http", http, wanted),
      {
        name: "  answers taken, and errors that say why",
        value: http.followed,
        unit: "",
        promise: { atLeast: wanted },
      },
      { name: "errors that nobody caught", value: crashes.length, unit: "", promise: { atMost: 0 } },
      {
        name: "things that every object has since",
        value: Object.keys(Object.prototype).length,
        unit: "",
        promise: { atMost: 0 },
      },
    ];
  } finally {
    process.off("unhandledRejection", handle);
    process.off("uncaughtException", handle);
  }
}

function figuresOf(door: string, { said, slowest, slowestKind }: Tally, wanted: number): Figure[] {
  return [
    { name: `${door}: things said that no gateway says`, value: said, unit: "", promise: { atLeast: wanted } },
    {
      name: `  CPU of the slowest (${slowestKind})`,
      value: slowest,
      unit: "ms",
      promise: { atMost: MOST_MILLISECONDS },
    },
  ];
}

function newTally(): Tally {
  return { said: 0, slowest: 0, slowestKind: "none", counted: 0, closed: 0, followed: 0, deaf: 0, misshapen: 0 };
}

async function sayToHomes(random: Random, wanted: number, say: (line: string) => void): Promise<Tally> {
  const tally = newTally();
  while (tally.said < wanted) {
    const home = await watchHome();
    home.supervisor.start();
    if (!(await home.pass(30, () => home.status.state === "online"))) throw new Error("The home did not come online");
    for (let frames = 1; tally.said < wanted && home.status.state === "online"; frames += 1) {
      const { kind, bytes } = drawFrame(random);
      await measured(tally, kind, async () => {
        home.line.inject(bytes);
        await quiet(home.line);
      });
      if (tally.said % 2000 === 0) say(`  ${tally.said} frames`);
      if (home.status.state === "online" && frames % LOOKS_EVERY === 0) await look(home, tally);
    }
    if (home.status.state === "online") await look(home, tally);
    tally.counted += home.garbage();
    if (home.status.state !== "online") tally.closed += 1;
    if (!Inventory.safeParse(home.inventory()).success) tally.misshapen += 1;
    await home.close();
  }
  return tally;
}

/** What the home really says is still taken, or the home is given up, and then begun with anew. */
async function look(home: WatchedHome, tally: Tally): Promise<void> {
  for (let tries = 0; tries < GIVEN_UP_AFTER; tries += 1) {
    const now = `state ${tally.said} ${tries}`;
    home.fake.setState(LAMP, now);
    await quiet(home.line);
    if (home.lamp() === now) {
      tally.followed += 1;
      return;
    }
    if (home.status.state !== "online") return;
    // An unfinished frame swallows what comes next: a ping that is not answered ends it.
    if (tries % 5 === 4 && (await home.pass(30, () => home.status.state !== "online"))) return;
  }
  tally.deaf += 1;
}

async function sayOverHttp(random: Random, wanted: number): Promise<Tally> {
  const tally = newTally();
  let bytes = Buffer.alloc(0);
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const dialer = createDialer({ allow: [{ host: "127.0.0.1", port, tls: false }], clock: systemClock });
  while (tally.said < wanted) {
    const drawn = drawAnswer(random);
    bytes = Buffer.from(drawn.bytes);
    await measured(tally, drawn.kind, async () => {
      const asked = dialer.http({
        url: `http://127.0.0.1:${port}/api/`,
        method: "GET",
        timeoutSeconds: 5,
        maxBytes: MOST_BYTES,
      });
      const met = await asked.catch((error: unknown) => error);
      if (met instanceof CaretakerError || (met as { status?: unknown }).status !== undefined) tally.followed += 1;
    });
  }
  await new Promise((resolve) => server.close(resolve));
  return tally;
}

/** The time of this process alone, so that other work on the machine is not taken for its cost. */
async function measured(tally: Tally, kind: string, work: () => Promise<void>): Promise<void> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  tally.said += 1;
  if ((user + system) / 1000 <= tally.slowest) return;
  tally.slowest = (user + system) / 1000;
  tally.slowestKind = kind;
}
