import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connectors } from "@caretaker/reach/makes.ts";
import { describe, expect, it } from "vitest";
import { capabilityTable } from "./capability-table.ts";

const text = readFileSync(join(import.meta.dirname, "../../../docs/connectors.md"), "utf8");

describe("docs/connectors.md", () => {
  it("says what each make can do, as the manifests say it", () => {
    const lines = capabilityTable(connectors.map(({ manifest }) => manifest));

    expect(text).toContain(`\n\n${lines.join("\n")}\n\n`);
  });

  it("names every make and leads to its README", () => {
    for (const { manifest } of connectors)
      expect(text).toContain(`| ${manifest.name} | [\`${manifest.id}\`](../connectors/${manifest.id}/README.md) |`);
  });
});
