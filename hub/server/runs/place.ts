import type { RunItem } from "@caretaker/protocol";

/** How a step is named that goes through several things one by one, at one of them. */

/** As the log tells it. */
export function placeOf({ step, item }: { readonly step: { readonly name: string }; readonly item: RunItem | null }): {
  step: string;
  item?: RunItem;
} {
  if (item === null) return { step: step.name };
  const { number, of, name } = item;
  return { step: step.name, item: { number, of, name } };
}

/** One word for a step at an item, for lists of them: `reload#2`. Names of steps have no `#`. */
export function placeWord(step: string, item: number | undefined): string {
  return item === undefined || item === 0 ? step : `${step}#${item}`;
}

export function readPlace(word: string): { readonly step: string; readonly number: number } {
  const [step = "", number = "0"] = word.split("#");
  return { step, number: Number(number) };
}
