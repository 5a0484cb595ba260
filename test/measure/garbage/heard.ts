import { Inventory } from "@caretaker/protocol";
import type { GatewayStatus } from "@caretaker/server/state/records.ts";
import { type Moving, quiet } from "../lines/watched-home.ts";
import type { Figure } from "../measurement.ts";
import type { Random } from "../random.ts";
import { drawFrame } from "./frames.ts";
import type { Speech } from "./speech.ts";
import { figuresOf, measured, newTally, type Tally } from "./tally.ts";

/** A home whose gateway tells by itself what happens there, over a line on which something else can be said as well. */
export interface HeardHome {
  readonly line: Moving & { inject(bytes: Buffer): void };
  readonly speech: Speech;
  /** Of so many frames one is bad as a frame, which mostly ends the line. */
  readonly badEvery: number;
  readonly status: GatewayStatus;
  start(): void;
  pass(seconds: number, until?: () => boolean): Promise<boolean>;
  /** Something happens there that has not happened before. Returns whether the hub knows. */
  change(): () => boolean;
  /** How much was counted as not understood. */
  garbage(): number;
  inventory(): Inventory | undefined;
  close(): Promise<{ readonly timers: number; readonly lines: number }>;
}

/** After so many frames it is tried whether the home is still followed. */
const LOOKS_EVERY = 3;
/** A home that is not understood any more is given up after so many messages at the latest. */
const GIVEN_UP_AFTER = 250;

/** Says to a door that hears what no gateway says, and looks whether it stands and still follows. */
export async function sayToHomes(
  door: string,
  open: () => Promise<HeardHome>,
  { random, wanted, say }: { random: Random; wanted: number; say: (line: string) => void },
): Promise<Figure[]> {
  const tally = newTally();
  while (tally.said < wanted) {
    const home = await open();
    home.start();
    if (!(await home.pass(30, () => home.status.state === "online"))) throw new Error("The home did not come online");
    for (let frames = 1; tally.said < wanted && home.status.state === "online"; frames += 1) {
      const { kind, bytes } = drawFrame(random, home.speech, home.badEvery);
      await measured(tally, kind, async () => {
        home.line.inject(bytes);
        await quiet(home.line);
      });
      if (tally.said % 2000 === 0) say(`  ${door}: ${tally.said} frames`);
      if (home.status.state === "online" && frames % LOOKS_EVERY === 0) await look(home, tally);
    }
    if (home.status.state === "online") await look(home, tally);
    tally.counted += home.garbage();
    if (home.status.state !== "online") tally.closed += 1;
    if (!Inventory.safeParse(home.inventory()).success) tally.misshapen += 1;
    const { timers, lines } = await home.close();
    tally.timers += timers;
    tally.lines += lines;
  }
  return [
    ...figuresOf(door, tally, wanted),
    {
      name: "  frames that were counted as garbage",
      value: tally.counted,
      unit: "",
      promise: { atLeast: wanted / 20 },
    },
    { name: "  lines that were ended for it", value: tally.closed, unit: "", promise: { atLeast: 1 } },
    { name: "  times the home was followed on", value: tally.followed, unit: "", promise: { atLeast: wanted / 20 } },
  ];
}

/** What the home really says is still taken, or the home is given up, and then begun with anew. */
async function look(home: HeardHome, tally: Tally): Promise<void> {
  for (let tries = 0; tries < GIVEN_UP_AFTER; tries += 1) {
    const isKnown = home.change();
    await quiet(home.line);
    if (isKnown()) {
      tally.followed += 1;
      return;
    }
    if (home.status.state !== "online") return;
    // An unfinished frame swallows what comes next: a ping that is not answered ends it.
    if (tries % 5 === 4 && (await home.pass(30, () => home.status.state !== "online"))) return;
  }
  tally.deaf += 1;
}
