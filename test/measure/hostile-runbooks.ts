import { join } from "node:path";
import { connectors } from "@caretaker/server/gateways/connectors.ts";
import { loadLibrary } from "@caretaker/server/runbooks/library.ts";
import { validateRunbook } from "@caretaker/server/runbooks/validate.ts";
import { FAMILIES, hostileDocument } from "./hostile-documents.ts";
import type { Effort, Figure } from "./measurement.ts";
import { randomFrom } from "./random.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const ALL = 10_000;
const OF_EACH_FAMILY = 3;
/** Its patterns are remembered, so it would cost less a second time. */
const REMEMBERED = "patterns";
/** Milliseconds from which a document is given a second time. */
const GIVEN_AGAIN_FROM = 35;

/** Gives the validator runbooks that were made to cost it time, and says what the worst of them cost. */
export async function hostileRunbooks({ isFull, seed, say }: Effort): Promise<Figure[]> {
  const manifests = connectors.map(({ manifest }) => manifest);
  const { world } = await loadLibrary(ROOT, manifests);
  const random = randomFrom(seed);
  const families = Object.keys(FAMILIES);
  const count = isFull ? ALL : families.length * OF_EACH_FAMILY;
  const slowest = new Map(families.map((family) => [family, 0]));
  let accepted = 0;
  let atFirst = 0;
  const judge = (text: string): number => {
    const before = process.threadCpuUsage();
    if (validateRunbook("hostile.yaml", text, world).ok) accepted += 1;
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000;
  };
  for (let index = 0; index < count; index += 1) {
    const family = families[index % families.length] ?? "";
    const text = hostileDocument(family, random);
    const first = judge(text);
    atFirst = Math.max(atFirst, first);
    // What the runtime does for itself now and then, such as taking out the garbage of all documents before, is no cost of
    // this one: it does not come again when the same document does.
    const own = first > GIVEN_AGAIN_FROM && family !== REMEMBERED ? Math.min(first, judge(text)) : first;
    slowest.set(family, Math.max(slowest.get(family) ?? 0, own));
  }
  for (const [family, milliseconds] of [...slowest].sort((a, b) => b[1] - a[1]).slice(0, 10)) {
    say(`  ${family.padEnd(30)} ${milliseconds.toFixed(1)} ms`);
  }
  return [
    { name: "documents", value: count, unit: "", promise: null },
    { name: "accepted", value: accepted, unit: "", promise: null },
    {
      name: "CPU of the slowest refusal",
      value: Math.max(...slowest.values()),
      unit: "ms",
      promise: isFull ? { atMost: 50 } : null,
    },
    { name: "and with a pause of the runtime's own in it", value: atFirst, unit: "ms", promise: null },
  ];
}
