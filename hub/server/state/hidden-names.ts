import { foldName } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import { type SeenThing, thingsOf } from "./hidden-things.ts";
import { type Hiding, isHealth, loadHiding, NOTHING_HIDDEN } from "./hiding.ts";
import { isRaised } from "./raised-device.ts";

/** Whether a text names something of a home that is hidden. */
export interface HiddenNames {
  isIn(text: string): boolean;
}

/** Stands for words that name something hidden. */
export const WITHHELD = "(not shown: it names something that is private or left out)";

/** A shorter name, or one of digits alone, would be found in every second line. */
const SHORTEST = 3;

/** By what the make, its screens and people call them. Rather too much than too little: a line that fits is withheld. */
export async function hiddenNames(db: Database, siteId: string): Promise<HiddenNames> {
  const [things, hidings] = await Promise.all([thingsOf(db, { siteId }), loadHiding(db, siteId)]);
  return namesOfHidden(hidings.get(siteId) ?? NOTHING_HIDDEN, things);
}

/** The same of things that are known already. */
export function namesOfHidden(hiding: Hiding, things: Iterable<SeenThing>): HiddenNames {
  const names = new Names();
  for (const name of hiding.roomNames) names.add(name);
  /** A device of which nothing but its health may be seen: its own name says as much as those of its parts. */
  const devices = new Map<string, { readonly thing: SeenThing; isSeen: boolean; isHidden: boolean }>();
  for (const thing of things) {
    const { key, label, name, deviceId, isHidden } = thing;
    if (isHidden) for (const word of [keyIn(key), label, label.slice(label.indexOf(".") + 1), name]) names.add(word);
    if (deviceId === null) continue;
    const device = devices.get(deviceId) ?? { thing, isSeen: false, isHidden: false };
    devices.set(deviceId, device);
    if (isHidden) device.isHidden = true;
    else if (!isHealth(thing)) device.isSeen = true;
  }
  for (const { thing, isHidden, isSeen } of devices.values())
    if (hiding.devices.some((raised) => isRaised(raised, thing)) || (isHidden && !isSeen))
      for (const word of [keyIn(thing.deviceKey), thing.deviceName]) names.add(word);
  return names;
}

/** A make's key where it is one, such as `a1b2c3d4`, and not a word of the language that some makes use as one. */
function keyIn(key: string | null): string | null {
  return key !== null && key.length >= 6 && /\d/.test(key) ? key : null;
}

/** Looks up each run of words of a text, so that a long log and a large home cost no more than the words that were written. */
class Names implements HiddenNames {
  readonly #names = new Set<string>();
  #longest = 0;

  add(word: string | null): void {
    const name = word === null ? "" : foldName(word);
    if (name.length < SHORTEST || /^[\d ]+$/.test(name)) return;
    this.#names.add(name);
    this.#longest = Math.max(this.#longest, name.split(" ").length);
  }

  isIn(text: string): boolean {
    if (this.#names.size === 0) return false;
    const words = foldName(text).split(" ");
    for (let from = 0; from < words.length; from += 1) {
      let run = "";
      for (const word of words.slice(from, from + this.#longest)) {
        run = run === "" ? word : `${run} ${word}`;
        if (this.#names.has(run)) return true;
      }
    }
    return false;
  }
}
