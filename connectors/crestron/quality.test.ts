import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { manifest } from "./manifest.ts";

interface Rule {
  readonly status: string;
  readonly where?: string;
  readonly reason?: string;
}

const quality = JSON.parse(readFileSync(join(import.meta.dirname, "quality.json"), "utf8")) as {
  readonly connector: string;
  readonly ladder: Readonly<Record<string, Readonly<Record<string, Rule>>>>;
};
const rules = Object.entries(quality.ladder).flatMap(([rung, of]) =>
  Object.entries(of).map(([rule, judged]) => [`${rung}: ${rule}`, judged] as const),
);

describe("the quality ladder", () => {
  it("is this connector's, from bronze to platinum", () => {
    expect(quality.connector).toBe(manifest.id);
    expect(Object.keys(quality.ladder)).toEqual(["bronze", "silver", "gold", "platinum"]);
  });

  it.each(rules)("%s is done where it says, or says why not", (_name, { status, where, reason }) => {
    if (status === "done") expect(where === undefined || existsSync(join(import.meta.dirname, where))).toBe(true);
    else expect([["todo", "exempt"].includes(status), reason]).toEqual([true, expect.stringMatching(/\w{3}/)]);
  });
});
