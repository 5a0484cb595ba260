import type { MakeVerdict } from "@caretaker/protocol";
import { words } from "../../words/en.ts";
import { useMakeNames } from "../fleet/cells.tsx";

/** The makes that a runbook can run on, and why not on the others. */
export function RunsOn({ makes }: { makes: readonly MakeVerdict[] }) {
  const names = useMakeNames();
  const lines = makes.map(({ connector, missing, without }) => {
    const make = names.get(connector) ?? connector;
    if (missing.length > 0) return words.drafts.lacks(make, missing.join(", "));
    return without.length === 0 ? make : words.drafts.without(make, without.join(", "));
  });
  return lines.join("; ") || words.common.none;
}
