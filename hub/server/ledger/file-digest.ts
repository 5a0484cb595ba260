import { createHash } from "node:crypto";
import type { LedgerFileLine } from "@caretaker/protocol";
import { canonicalJson } from "./canonical.ts";

export interface FileDigest {
  take(line: LedgerFileLine): void;
  done(): string;
}

/** The digest over the lines of an exported ledger. It does not depend on how a line spells its JSON. */
export function createFileDigest(): FileDigest {
  const hash = createHash("sha256");
  return {
    take: (line) => void hash.update(`${canonicalJson(line)}\n`, "utf8"),
    done: () => hash.digest("hex"),
  };
}
