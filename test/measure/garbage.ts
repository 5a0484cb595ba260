import {
  answerWrongly,
  askConsole,
  askControl4,
  askControl4Account,
  askCrestronHome,
  askPanel,
} from "./garbage/asked.ts";
import { sayToHomes } from "./garbage/heard.ts";
import { hearControl4, hearHomeAssistant, hearPanel } from "./garbage/homes.ts";
import { sayOverHttp } from "./garbage/http-door.ts";
import type { Effort, Figure } from "./measurement.ts";
import { type Random, randomFrom } from "./random.ts";

/** At each door. */
const SAID = { small: 150, full: 10_000 };
/** Small, where lines over TLS are opened again and again. */
const ASKED = { small: 40, full: 10_000 };

interface Saying {
  readonly random: Random;
  readonly wanted: number;
  readonly say: (line: string) => void;
}

interface Door {
  readonly name: string;
  readonly said: typeof SAID;
  meet(name: string, saying: Saying): Promise<Figure[]>;
}

const hears = (name: string, open: Parameters<typeof sayToHomes>[1], said = ASKED): Door => ({
  name,
  said,
  meet: (door, saying) => sayToHomes(door, open, saying),
});
const asks = (name: string, open: Parameters<typeof answerWrongly>[1]): Door => ({
  name,
  said: ASKED,
  meet: (door, saying) => answerWrongly(door, open, saying),
});

const DOORS: readonly Door[] = [
  hears("home-assistant", hearHomeAssistant, SAID),
  hears("control4 push", hearControl4),
  hears("cresnext push", hearPanel),
  asks("control4 director", askControl4),
  asks("control4 account", askControl4Account),
  asks("cresnext", askPanel),
  asks("crestron console", askConsole),
  asks("crestron home", askCrestronHome),
  { name: "http", said: SAID, meet: (_door, { random, wanted }) => sayOverHttp(random, wanted) },
];

export const GARBAGE_DOORS: readonly string[] = DOORS.map(({ name }) => name);

/** Says to each door of the hub what no gateway says, and looks whether it stands and still follows. */
export async function garbage({ isFull, seed, say, isMeant }: Effort): Promise<Figure[]> {
  const random = randomFrom(seed);
  const crashes: unknown[] = [];
  const handle = (error: unknown): void => {
    crashes.push(error);
  };
  process.on("unhandledRejection", handle);
  process.on("uncaughtException", handle);
  try {
    const figures: Figure[] = [];
    for (const { name, said, meet } of DOORS.filter((door) => isMeant(door.name)))
      figures.push(...(await meet(name, { random, wanted: isFull ? said.full : said.small, say })));
    for (const error of crashes.slice(0, 3)) say(`  ${String(error)}`);
    return [
      ...figures,
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
