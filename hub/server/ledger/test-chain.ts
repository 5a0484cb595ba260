import { createHash } from "node:crypto";
import { LEDGER_EVENTS, type LedgerEntry, type LedgerFileLine, SiteId } from "@caretaker/protocol";
import { canonicalJson, shortCode } from "./canonical.ts";
import { BEFORE_THE_FIRST, makeEntry } from "./chain.ts";
import type { Head } from "./verify.ts";

export const SITE = SiteId.parse("019aa000-0000-7000-8000-000000000001");

const START = Date.UTC(2026, 10, 22, 18);
const EVENTS = LEDGER_EVENTS.filter((event) => event !== "ledger.erased");

/** A chain as a hub would have written it. */
export function buildChain(length: number, chain: SiteId = SITE): { entries: LedgerEntry[]; head: Head } {
  const entries: LedgerEntry[] = [];
  let previous = BEFORE_THE_FIRST;
  for (let number = 1; number <= length; number += 1) {
    const at = new Date(START + number * 1000).toISOString();
    const payload = { number, words: `word ${number}`, deep: { list: [number, null, "ü"] } };
    const event = EVENTS[number % EVENTS.length] ?? "run.started";
    const { words, ...entry } = makeEntry({ chain, number, previous, at, event, actor: "hub", payload });
    entries.push({ ...entry, payload, erasedAt: null });
    previous = entry.hash;
  }
  return { entries, head: { number: length, hash: previous } };
}

/** Entries as an exported file, with a head and an end that fit them, as a careful forger would make them too. */
export function buildFile(entries: readonly LedgerEntry[]): string[] {
  const last = entries.at(-1);
  if (last === undefined) throw new Error("A ledger without entries is never exported.");
  const head: LedgerFileLine = {
    kind: "caretaker-ledger",
    format: 1,
    chain: last.chain,
    title: "Canal house",
    exportedAt: "2026-11-24T08:00:00.000Z",
    from: 1,
    to: last.number,
    hash: last.hash,
    code: shortCode(last.hash),
    names: {},
  };
  const lines: LedgerFileLine[] = [head, ...entries.map((entry) => ({ kind: "entry" as const, ...entry }))];
  // Made by hand, not by what the verifier uses.
  const digest = createHash("sha256")
    .update(lines.map((line) => `${canonicalJson(line)}\n`).join(""))
    .digest("hex");
  return [...lines, { kind: "end", entries: entries.length, digest } as const].map((line) => JSON.stringify(line));
}
