import type { MakeVerdict } from "@caretaker/protocol";
import { words } from "../../words/en.ts";

/** The makes that a runbook can run on, and why not on the others. */
export function Makes({ makes }: { makes: readonly MakeVerdict[] }) {
  const lines = makes.map(({ connector, missing }) =>
    missing.length === 0 ? connector : words.drafts.lacks(connector, missing.join(", ")),
  );
  return lines.join("; ") || words.common.none;
}
