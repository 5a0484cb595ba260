import { type LedgerFileEntry, type LedgerFileHead, LedgerFileLine, type LedgerVerdict } from "@caretaker/protocol";
import { createFileDigest } from "./file-digest.ts";
import { createVerifier, type Verifier } from "./verify.ts";

/** What can be said of an exported ledger from the file alone. */
export interface FileVerdict {
  readonly title: string;
  readonly exportedAt: string;
  /** Of the chain in the file. Null where the file is damaged before its first entry. */
  readonly verdict: LedgerVerdict | null;
  /** What is wrong with the file itself, and in which line. */
  readonly damage: { readonly line: number; readonly why: string } | null;
}

export function isWhole({ verdict, damage }: FileVerdict): boolean {
  return damage === null && verdict?.whole === true;
}

/**
 * Checks an exported ledger, line by line: every hash anew, the head, the digest of the file, and whether it holds the
 * code that a homeowner was told. Needs no hub and no database, and never the whole file in memory.
 */
export async function verifyLedgerFile(lines: AsyncIterable<string>, witness?: string): Promise<FileVerdict> {
  const reader = new FileReader(witness);
  let number = 0;
  for await (const text of lines) {
    number += 1;
    const why = reader.take(text);
    if (why !== null) return reader.verdict({ line: number, why });
  }
  return reader.verdict(reader.hasEnd ? null : { line: number + 1, why: "the file is cut short: it has no end" });
}

class FileReader {
  hasEnd = false;
  readonly #witness: string | undefined;
  readonly #digest = createFileDigest();
  #head: LedgerFileHead | null = null;
  #verifier: Verifier | null = null;
  #entries = 0;

  constructor(witness: string | undefined) {
    this.#witness = witness;
  }

  /** Takes a line, and says what is wrong with it as a line of such a file. */
  take(text: string): string | null {
    if (this.hasEnd) return "there is more after the end of the ledger";
    const line = parseLine(text);
    if (typeof line === "string") return line;
    if (line.kind === "caretaker-ledger") return this.#takeHead(line);
    if (this.#verifier === null) return "an exported ledger begins with its head, and this does not";
    if (line.kind === "entry") return this.#takeEntry(line, this.#verifier);
    this.hasEnd = true;
    if (line.entries !== this.#entries) return `it says ${line.entries} entries, and there are ${this.#entries}`;
    return line.digest === this.#digest.done() ? null : "its digest is not that of the lines before it";
  }

  verdict(damage: FileVerdict["damage"]): FileVerdict {
    const verdict = this.#verifier?.finish() ?? null;
    return { title: this.#head?.title ?? "", exportedAt: this.#head?.exportedAt ?? "", verdict, damage };
  }

  #takeHead(head: LedgerFileHead): string | null {
    if (this.#head !== null) return "it has a second head";
    this.#head = head;
    this.#digest.take(head);
    const against = { head: { number: head.to, hash: head.hash }, witness: this.#witness };
    this.#verifier = createVerifier(head.chain, against);
    return null;
  }

  #takeEntry(line: LedgerFileEntry, verifier: Verifier): null {
    this.#entries += 1;
    this.#digest.take(line);
    const { kind: _, ...entry } = line;
    verifier.take(entry);
    return null;
  }
}

function parseLine(text: string): LedgerFileLine | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return "it is not JSON";
  }
  const parsed = LedgerFileLine.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return `it is not a line of an exported ledger: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`;
}
