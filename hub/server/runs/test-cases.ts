import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunbookCase } from "../runbooks/case.ts";

const FIXTURES = join(import.meta.dirname, "../../../connectors/home-assistant/runbooks/fixtures");

export interface StockCase {
  /** Without its make. */
  readonly runbook: string;
  readonly called: string;
  readonly recorded: RunbookCase;
}

/** Every case that is recorded beside a stock runbook. */
export function stockCases(): StockCase[] {
  return readdirSync(FIXTURES)
    .filter((name) => !name.endsWith(".ill.json"))
    .map((name) => {
      const [runbook = "", called = ""] = name.split(".");
      return { runbook, called, recorded: RunbookCase.parse(JSON.parse(readFileSync(join(FIXTURES, name), "utf8"))) };
    });
}
