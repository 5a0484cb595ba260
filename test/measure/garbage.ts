import { answerWrongly, askConsole, askControl4, askControl4Account, askPanel } from "./garbage/asked.ts";
import { sayToHomes } from "./garbage/heard.ts";
import { hearControl4, hearHomeAssistant, hearPanel } from "./garbage/homes.ts";
import { sayOverHttp } from "./garbage/http-door.ts";
import type { Effort, Figure } from "./measurement.ts";
import { randomFrom } from "./random.ts";

/** At each door. */
const SAID = { small: 150, full: 10_000 };
/** Small, where lines over TLS are opened again and again. */
const ASKED = { small: 40, full: 10_000 };

/** Says to each door of the hub what no gateway says, and looks whether it stands and still follows. */
export async function garbage({ isFull, seed, say }: Effort): Promise<Figure[]> {
  const random = randomFrom(seed);
  const heard = { random, wanted: isFull ? SAID.full : SAID.small, say };
  const asked = { random, wanted: isFull ? ASKED.full : ASKED.small, say };
  const crashes: unknown[] = [];
  const handle = (error: unknown): void => {
    crashes.push(error);
  };
  process.on("unhandledRejection", handle);
  process.on("uncaughtException", handle);
  try {
    const figures = [
      ...(await sayToHomes("home-assistant", hearHomeAssistant, heard)),
      ...(await sayToHomes("control4 push", hearControl4, asked)),
      ...(await sayToHomes("cresnext push", hearPanel, asked)),
      ...(await answerWrongly("control4 director", askControl4, asked)),
      ...(await answerWrongly("control4 account", askControl4Account, asked)),
      ...(await answerWrongly("cresnext", askPanel, asked)),
      ...(await answerWrongly("crestron console", askConsole, asked)),
      ...(await sayOverHttp(random, heard.wanted)),
    ];
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
