import type { LedgerEntry } from "@caretaker/protocol";
import { shortCode } from "@caretaker/server/ledger/canonical.ts";
import { buildChain, SITE } from "@caretaker/server/ledger/test-chain.ts";
import { type Against, createVerifier, type Progress } from "@caretaker/server/ledger/verify.ts";
import type { Effort, Figure } from "./measurement.ts";
import { type Random, randomFrom } from "./random.ts";

/** What is left of the ledger from where somebody tampered, and the number of the first bad entry. */
interface Tampered {
  readonly from: number;
  readonly rest: Iterable<LedgerEntry>;
  readonly bad: number;
}

type Tamper = (entries: readonly LedgerEntry[], at: number, random: Random) => Tampered;

const FIELDS = ["at", "event", "actor", "commitment", "hash", "previous", "salt", "payload"] as const;

/** What a real tampering leaves behind it is all there, but a verifier may stop at the first bad entry. */
function* follow(entries: readonly LedgerEntry[], first: readonly LedgerEntry[], from: number): Generator<LedgerEntry> {
  yield* first;
  for (let index = from; index < entries.length; index += 1) yield entries[index] as LedgerEntry;
}

const TAMPERINGS: Readonly<Record<string, Tamper>> = {
  edits(entries, at, random) {
    const entry = entries[at] as LedgerEntry;
    const field = random.pick(FIELDS);
    const value = field === "payload" ? { ...entry.payload, words: "other" } : `${entry[field]}0`;
    return { from: at, rest: follow(entries, [{ ...entry, [field]: value } as LedgerEntry], at + 1), bad: at + 1 };
  },
  deletions: (entries, at) => ({ from: at, rest: follow(entries, [], at + 1), bad: at + 1 }),
  insertions(entries, at, random) {
    const entry = entries[random.below(entries.length)] as LedgerEntry;
    const copy = { ...entry, number: at + 1, payload: { forged: true } };
    return { from: at, rest: follow(entries, [copy], at), bad: at + 1 };
  },
  swaps(entries, at, random) {
    const other = at + 1 + random.below(entries.length - at - 1);
    const first = [entries[other], ...entries.slice(at + 1, Math.min(other, at + 3))] as LedgerEntry[];
    return { from: at, rest: first, bad: at + 1 };
  },
  "cut tails": (_, at) => ({ from: at, rest: [], bad: at + 1 }),
};

/** Each tampering is looked at from the entries before it, which the verifier knows to be good: their proof is not made 10,000 times. */
export async function tamper({ isFull, seed, say }: Effort): Promise<readonly Figure[]> {
  const [length, tries] = isFull ? [100_000, 10_000] : [2_000, 500];
  const random = randomFrom(seed);
  const { entries, head } = buildChain(length);
  const proven = proofs(entries, { head });
  say(`${length} entries are whole; tampering ${tries} times`);

  const found = { all: 0, named: 0, cutByCode: 0, cut: 0 };
  for (let turn = 0; turn < tries; turn += 1) {
    const kind = random.pick(Object.keys(TAMPERINGS));
    const { from, rest, bad } = (TAMPERINGS[kind] as Tamper)(entries, random.below(length - 1), random);
    const firstBad = look(proven, entries, { from, rest }, { head });
    if (firstBad !== null) found.all += 1;
    if (firstBad === bad) found.named += 1;
    if (kind !== "cut tails" || from === 0) continue;
    // Somebody careful cuts the head to fit: only the code in a mailbox tells.
    found.cut += 1;
    const last = entries[from - 1] as LedgerEntry;
    const witness = shortCode(head.hash);
    const fitting = { head: { number: last.number, hash: last.hash }, witness };
    if (look(proven, entries, { from, rest: [] }, fitting) !== null) found.cutByCode += 1;
  }
  return [
    { name: "tamperings", value: tries, unit: "", promise: null },
    { name: "tamperings found", value: found.all, unit: "", promise: { atLeast: tries } },
    { name: "with the first bad entry named", value: found.named, unit: "", promise: { atLeast: tries } },
    {
      name: "cut tails with a fitting head, found by a code",
      value: found.cutByCode,
      unit: "",
      promise: { atLeast: found.cut },
    },
  ];
}

const EVERY = 500;

/** Where a verifier stands after each five hundred good entries. */
function proofs(entries: readonly LedgerEntry[], against: Against): readonly Progress[] {
  const verifier = createVerifier(SITE, against);
  const proven = [verifier.progress()];
  for (const entry of entries) {
    if (!verifier.take(entry)) throw new Error(`The ledger was not whole before: entry ${entry.number}.`);
    if (entry.number % EVERY === 0) proven.push(verifier.progress());
  }
  return proven;
}

/** The number of the first bad entry, or null where none was found. */
function look(
  proven: readonly Progress[],
  entries: readonly LedgerEntry[],
  { from, rest }: Pick<Tampered, "from" | "rest">,
  against: Against,
): number | null {
  const mark = Math.floor(from / EVERY);
  const verifier = createVerifier(SITE, against, proven[mark]);
  for (let index = mark * EVERY; index < from; index += 1) verifier.take(entries[index] as LedgerEntry);
  for (const entry of rest) if (!verifier.take(entry)) break;
  return verifier.finish().firstBad?.number ?? null;
}
