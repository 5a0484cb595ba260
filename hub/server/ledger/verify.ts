import type { Erasure, LedgerEntry, LedgerVerdict } from "@caretaker/protocol";
import { canonicalJson, shortCode } from "./canonical.ts";
import { BEFORE_THE_FIRST, type Chain, commit, hashOf } from "./chain.ts";

export interface Head {
  readonly number: number;
  readonly hash: string;
}

interface Bad {
  readonly number: number;
  readonly why: string;
}

export interface Verifier {
  /** Takes the next entry, in the order of their numbers. Says whether all is well so far: what follows a bad one is only counted. */
  take(entry: LedgerEntry): boolean;
  /** Where it stands, for a verifier that goes on from here. */
  progress(): Progress;
  /** The verdict, once all were taken. */
  finish(): LedgerVerdict;
}

/** What a verifier knows after the entries it took, all of which were good. */
export interface Progress {
  readonly last: Head;
  readonly entries: number;
  readonly erased: number;
  readonly erasures: readonly Erasure[];
  readonly witnessed: number | null;
  /** Payloads that are gone, until an entry `ledger.erased` names them. */
  readonly unexplained: readonly number[];
}

export interface Against {
  /** What the chain's head row says, or null where there is none. */
  readonly head: Head | null;
  /** A code that a homeowner was told: it must be that of an entry. */
  readonly witness?: string | undefined;
}

/**
 * Recomputes a whole chain. Needs no hub: an exported ledger can be checked anywhere. The head shows a tail that was
 * cut off. Whoever writes chain and head anew is found by the code that lies in the homeowner's mailbox.
 */
export function verifyEntries(chain: Chain, entries: Iterable<LedgerEntry>, against: Against): LedgerVerdict {
  const verifier = createVerifier(chain, against);
  for (const entry of entries) verifier.take(entry);
  return verifier.finish();
}

/** The same, entry by entry, for a chain that does not fit into memory; or from where another verifier stood. */
export function createVerifier(chain: Chain, { head, witness }: Against, from: Progress = FROM_THE_FIRST): Verifier {
  let { last, entries, erased, witnessed } = from;
  const erasures = [...from.erasures];
  const unexplained = new Set(from.unexplained);
  let firstBad: Bad | null = null;

  return {
    take(entry) {
      entries += 1;
      if (firstBad !== null) return false;
      firstBad = mistakeOf(entry, chain, last);
      if (firstBad !== null) return false;
      last = { number: entry.number, hash: entry.hash };
      if (shortCode(entry.hash) === witness) witnessed ??= entry.number;
      if (entry.payload === null) {
        erased += 1;
        unexplained.add(entry.number);
      }
      const erasure = erasureIn(entry);
      if (erasure === null) return true;
      erasures.push(erasure);
      for (const number of erasure.numbers) unexplained.delete(number);
      return true;
    },
    progress: () => ({ last, entries, erased, erasures: [...erasures], witnessed, unexplained: [...unexplained] }),
    finish() {
      const silent = [...unexplained].reduce((least, number) => Math.min(least, number), Number.POSITIVE_INFINITY);
      if (silent < (firstBad?.number ?? Number.POSITIVE_INFINITY)) {
        firstBad = { number: silent, why: "its payload is gone, and no entry says that it was erased" };
      }
      firstBad ??= headMistake(last, head);
      if (witness !== undefined && witnessed === null) {
        firstBad ??= { number: 1, why: `no entry has the code ${witness}: this is not the ledger that was witnessed` };
      }
      const code = shortCode(head?.hash ?? last.hash);
      const verdict = { chain, whole: firstBad === null, entries, erased, erasures, code, firstBad };
      return witness === undefined ? verdict : { ...verdict, witnessed };
    },
  };
}

const FROM_THE_FIRST: Progress = {
  last: { number: 0, hash: BEFORE_THE_FIRST },
  entries: 0,
  erased: 0,
  erasures: [],
  witnessed: null,
  unexplained: [],
};

/** One entry tells of one payload (`number`) or of all that a person's request took away (`numbers`). */
function erasureIn({ event, number, at, payload }: LedgerEntry): Erasure | null {
  if (event !== "ledger.erased" || payload === null) return null;
  const said: unknown[] = Array.isArray(payload.numbers) ? payload.numbers : [payload.number];
  const numbers = said.filter((one): one is number => typeof one === "number" && one < number);
  return { entry: number, at, numbers, reason: typeof payload.reason === "string" ? payload.reason : "" };
}

function mistakeOf(entry: LedgerEntry, chain: Chain, last: Head): Bad | null {
  const expected = last.number + 1;
  if (entry.number > expected) return { number: expected, why: `it is missing: entry ${entry.number} comes next` };
  if (entry.number < expected) return { number: entry.number, why: "there is more than one entry of this number" };
  const bad = (why: string): Bad => ({ number: expected, why });
  if (entry.chain !== chain) return bad("it belongs to another chain");
  if (entry.previous !== last.hash) return bad("it does not follow the entry before it");
  if (entry.hash !== hashOf(entry)) return bad("it was changed after it was written");
  if (entry.payload === null) return null;
  const isCommitted = entry.salt !== null && commit(entry.salt, canonicalJson(entry.payload)) === entry.commitment;
  return isCommitted ? null : bad("its payload was changed after it was written");
}

function headMistake(last: Head, head: Head | null): Bad | null {
  if (head === null) return last.number === 0 ? null : { number: last.number, why: "the chain has lost its head" };
  if (head.number > last.number) {
    return { number: last.number + 1, why: `it is missing: the head says that there are ${head.number} entries` };
  }
  if (head.number < last.number) {
    return { number: head.number + 1, why: `it is more than the head knows: ${head.number} entries` };
  }
  return head.hash === last.hash ? null : { number: last.number, why: "it is not the one that the head names" };
}
