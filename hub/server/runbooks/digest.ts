import type { Runbook } from "@caretaker/protocol";
import { digestOf } from "../ledger/canonical.ts";
import type { Json } from "./parse.ts";
import { allSteps } from "./results.ts";

type Document = { readonly [key: string]: Json };

/**
 * What an approval of a runbook is bound to: the SHA-256 of its canonical JSON as it was written, together with the
 * runbooks that it uses. The order of fields and the layout of the file do not count, every word does.
 */
export function runbookDigest(document: Document, used: Readonly<Record<string, Document>>): string {
  return digestOf(Object.keys(used).length === 0 ? document : { ...document, uses: used });
}

/** The runbooks that one uses, and those that they use, by id. */
export function usedBy(
  runbook: Runbook,
  find: (id: string) => { readonly runbook: Runbook; readonly document: Document } | undefined,
  seen: ReadonlySet<string> = new Set([runbook.id]),
): Record<string, Document> {
  const used: Record<string, Document> = {};
  for (const step of allSteps(runbook.steps)) {
    const found = step.kind === "use" && !seen.has(step.runbook) ? find(step.runbook) : undefined;
    if (found === undefined) continue;
    used[found.runbook.id] = found.document;
    Object.assign(used, usedBy(found.runbook, find, new Set([...seen, found.runbook.id])));
  }
  return used;
}
