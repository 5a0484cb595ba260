import type { MakeVerdict } from "@caretaker/protocol";
import { words } from "../../words/en.ts";
import { useMakeNames } from "../fleet/cells.tsx";

/** The makes that a runbook can run on, and why not on the others. */
export function RunsOn({ makes }: { makes: readonly MakeVerdict[] }) {
  const names = useMakeNames();
  const lines = makes.map(({ connector, missing }) => {
    const make = names.get(connector) ?? connector;
    return missing.length === 0 ? make : words.drafts.lacks(make, missing.join(", "));
  });
  return lines.join("; ") || words.common.none;
}
