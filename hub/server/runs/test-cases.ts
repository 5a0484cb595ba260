import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunbookCase } from "../runbooks/case.ts";

const CONNECTORS = join(import.meta.dirname, "../../../connectors");

export interface StockCase {
  readonly runbook: string;
  readonly called: string;
  readonly recorded: RunbookCase;
}

/** Every case that is recorded beside a stock runbook. */
export function stockCases(): StockCase[] {
  return readdirSync(CONNECTORS).flatMap((make) => {
    const folder = join(CONNECTORS, make, "runbooks/fixtures");
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => !name.endsWith(".ill.json"))
      .map((name) => {
        const [runbook = "", called = ""] = name.split(".");
        const recorded = RunbookCase.parse(JSON.parse(readFileSync(join(folder, name), "utf8")));
        return { runbook: `${make}/${runbook}`, called, recorded };
      });
  });
}
