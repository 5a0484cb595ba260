import { type LedgerEntry, SiteId } from "@caretaker/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, shortCode } from "./canonical.ts";
import { makeEntry } from "./chain.ts";
import { buildChain, SITE } from "./test-chain.ts";
import { createVerifier, verifyEntries } from "./verify.ts";

const OTHER = SiteId.parse("019aa000-0000-7000-8000-000000000002");

const CHAIN = buildChain(200);
const FOREIGN = buildChain(200, OTHER);

interface Tampering {
  readonly kind: string;
  readonly do: (entries: LedgerEntry[], at: number, other: number) => number;
}

/** Each tampers with a copy, at the place `at`, and says the number of the first bad entry. */
const TAMPERINGS: readonly Tampering[] = [
  ...edits(),
  {
    kind: "deletes an entry",
    do: (entries, at) => {
      entries.splice(at, 1);
      return at + 1;
    },
  },
  {
    kind: "inserts an entry that was there",
    do: (entries, at, other) => {
      entries.splice(at, 0, entries[other] as LedgerEntry);
      const copy = (entries[at] as LedgerEntry).number;
      // In front of itself it is not yet wrong: the second one is.
      return copy < at + 1 ? copy : at + 1;
    },
  },
  {
    kind: "inserts an entry of another chain",
    do: (entries, at) => {
      entries.splice(at, 0, FOREIGN.entries[at] as LedgerEntry);
      return at + 1;
    },
  },
  {
    kind: "swaps two entries",
    do: (entries, at, other) => {
      const [low, high] = [Math.min(at, other), Math.max(at, other)];
      const [one, two] = [entries[low] as LedgerEntry, entries[high] as LedgerEntry];
      entries[low] = two;
      entries[high] = one;
      return low + 1;
    },
  },
  {
    kind: "swaps the words of two entries",
    do: (entries, at, other) => {
      const [one, two] = [entries[at] as LedgerEntry, entries[other] as LedgerEntry];
      entries[at] = { ...one, payload: two.payload, salt: two.salt };
      entries[other] = { ...two, payload: one.payload, salt: one.salt };
      return Math.min(at, other) + 1;
    },
  },
  {
    kind: "cuts off the tail",
    do: (entries, at) => {
      entries.length = at;
      return at + 1;
    },
  },
  {
    kind: "takes the words away without saying so",
    do: (entries, at) => {
      entries[at] = {
        ...(entries[at] as LedgerEntry),
        payload: null,
        salt: null,
        erasedAt: "2026-11-23T00:00:00.000Z",
      };
      return at + 1;
    },
  },
];

function edits(): Tampering[] {
  const edit = (kind: string, change: (entry: LedgerEntry) => Partial<LedgerEntry>): Tampering => ({
    kind: `edits ${kind}`,
    do: (entries, at) => {
      const entry = entries[at] as LedgerEntry;
      entries[at] = { ...entry, ...change(entry) };
      return at + 1;
    },
  });
  return [
    edit("the moment", ({ at }) => ({ at: at.replace("2026", "2025") })),
    edit("the event", ({ event }) => ({ event: event === "firm.created" ? "site.created" : "firm.created" })),
    edit("the actor", () => ({ actor: "person:1 Somebody else" })),
    edit("the commitment", ({ commitment }) => ({ commitment: commitment.replace(/./, (digit) => other(digit)) })),
    edit("the hash", ({ hash }) => ({ hash: hash.replace(/.$/, (digit) => other(digit)) })),
    edit("what it follows", ({ previous }) => ({ previous: previous.replace(/./, (digit) => other(digit)) })),
    edit("the words", ({ payload }) => ({ payload: { ...payload, words: "other" } })),
    edit("the salt", ({ salt }) => ({ salt: (salt ?? "").replace(/./, (digit) => other(digit)) })),
    edit("the chain", () => ({ chain: OTHER })),
  ];
}

const other = (digit: string): string => (digit === "0" ? "1" : "0");

describe("verifying a ledger", () => {
  it("finds a whole chain whole, and says its length and the code of its head", () => {
    const verdict = verifyEntries(SITE, CHAIN.entries, { head: CHAIN.head });

    expect(verdict).toEqual({
      chain: SITE,
      whole: true,
      entries: 200,
      erased: 0,
      erasures: [],
      code: shortCode(CHAIN.head.hash),
      firstBad: null,
    });
  });

  it("finds an empty chain whole", () => {
    expect(verifyEntries("firm", [], { head: null }).whole).toBe(true);
  });

  it.each(TAMPERINGS)("finds who $kind, wherever it is, and names the first bad entry", ({ do: tamper }) => {
    const place = fc.integer({ min: 0, max: 199 });
    fc.assert(
      fc.property(place, place, (at, other) => {
        fc.pre(at !== other);
        const entries = [...CHAIN.entries];

        const bad = tamper(entries, at, other);

        const verdict = verifyEntries(SITE, entries, { head: CHAIN.head });
        expect(verdict.whole).toBe(false);
        expect(verdict.firstBad?.number).toBe(bad);
      }),
      { numRuns: 60 },
    );
  });

  it("names the first of several tamperings", () => {
    const place = fc.integer({ min: 0, max: 199 });
    fc.assert(
      fc.property(fc.uniqueArray(place, { minLength: 1, maxLength: 8 }), (places) => {
        const entries = [...CHAIN.entries];

        for (const at of places) entries[at] = { ...(entries[at] as LedgerEntry), actor: "hub " };

        expect(verifyEntries(SITE, entries, { head: CHAIN.head }).firstBad?.number).toBe(Math.min(...places) + 1);
      }),
    );
  });

  it("finds an entry that was written anew with a right hash of its own, at the entry after it", () => {
    const entries = [...CHAIN.entries];
    const forged = makeEntry({
      chain: SITE,
      number: 50,
      previous: entries[48]?.hash ?? "",
      at: "2026-11-22T18:00:50.000Z",
      event: "run.started",
      actor: "hub",
      payload: { forged: true },
    });
    entries[49] = { ...forged, payload: { forged: true }, erasedAt: null };

    expect(verifyEntries(SITE, entries, { head: CHAIN.head }).firstBad).toMatchObject({ number: 51 });
  });

  it("finds the code that a homeowner was told, and a chain that was written anew by its absence", () => {
    const witness = shortCode(CHAIN.entries[120]?.hash ?? "");
    const forged = buildChain(200);

    expect(verifyEntries(SITE, CHAIN.entries, { head: CHAIN.head, witness })).toMatchObject({
      whole: true,
      witnessed: 121,
    });
    expect(verifyEntries(SITE, forged.entries, { head: forged.head })).toMatchObject({ whole: true });
    expect(verifyEntries(SITE, forged.entries, { head: forged.head, witness })).toMatchObject({
      whole: false,
      witnessed: null,
      firstBad: { number: 1, why: expect.stringContaining(witness) },
    });
  });

  it("does not take another home's chain for this one", () => {
    expect(verifyEntries(SITE, FOREIGN.entries, { head: FOREIGN.head }).firstBad?.number).toBe(1);
  });

  it("misses neither a lost head nor a head that knows less", () => {
    expect(verifyEntries(SITE, CHAIN.entries, { head: null }).firstBad?.number).toBe(200);
    expect(verifyEntries(SITE, CHAIN.entries, { head: { number: 150, hash: "" } }).firstBad?.number).toBe(151);
  });

  it("verifies 5,000 entries in well under a second of work", () => {
    const { entries, head } = buildChain(5000);
    const began = performance.now();

    expect(verifyEntries(SITE, entries, { head }).whole).toBe(true);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});

describe("a verifier that goes on from where another stood", () => {
  it("comes to the same verdict, whole or not", () => {
    fc.assert(
      fc.property(fc.nat({ max: 199 }), fc.nat({ max: 199 }), (half, bad) => {
        const entries = CHAIN.entries.map((entry, index) => (index === bad ? { ...entry, actor: "hub " } : entry));
        const first = createVerifier(SITE, { head: CHAIN.head });
        for (const entry of CHAIN.entries.slice(0, half)) first.take(entry);

        const second = createVerifier(SITE, { head: CHAIN.head }, first.progress());
        for (const entry of entries.slice(half)) second.take(entry);

        const all = verifyEntries(SITE, bad < half ? CHAIN.entries : entries, { head: CHAIN.head });
        expect(second.finish()).toEqual(all);
      }),
    );
  });
});

describe("canonical JSON", () => {
  it("does not depend on the order in which an object was made", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const backwards = Object.fromEntries(Object.entries(value).reverse());

        expect(canonicalJson(backwards)).toBe(canonicalJson(value));
      }),
    );
  });

  it("survives being stored and read again", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
      }),
    );
  });

  it("mends what neither JSON nor Postgres can hold", () => {
    expect(canonicalJson({ name: "lamp\u0000 \ud800" })).toBe('{"name":"lamp\ufffd \ufffd"}');
  });
});
