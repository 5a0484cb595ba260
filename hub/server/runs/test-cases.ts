import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunbookCase } from "../runbooks/case.ts";

const ROOT = join(import.meta.dirname, "../../..");

export interface StockCase {
  readonly runbook: string;
  readonly called: string;
  readonly recorded: RunbookCase;
}

/** Every case that is recorded beside a stock runbook: those of each make, and those that serve several. */
export function stockCases(): StockCase[] {
  const makes = readdirSync(join(ROOT, "connectors"));
  return [
    ...makes.flatMap((make) => casesIn(`connectors/${make}/runbooks`, `${make}/`)),
    ...casesIn("hub/runbooks", ""),
  ];
}

function casesIn(runbooks: string, prefix: string): StockCase[] {
  const folder = join(ROOT, runbooks, "fixtures");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.endsWith(".ill.json"))
    .map((name) => {
      const [runbook = "", called = ""] = name.split(".");
      const recorded = RunbookCase.parse(JSON.parse(readFileSync(join(folder, name), "utf8")));
      return { runbook: `${prefix}${runbook}`, called, recorded };
    });
}
