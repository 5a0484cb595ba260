import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CAPABILITIES, type CapabilityName } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { connectors } from "./connectors.ts";

const text = readFileSync(join(import.meta.dirname, "../../../docs/connectors.md"), "utf8");

/** The table as the manifests say it. */
function table(): string[] {
  const makes = connectors.map(({ manifest }) => manifest);
  const names = (Object.keys(CAPABILITIES) as CapabilityName[]).filter((name) =>
    makes.some(({ capabilities }) => capabilities[name]),
  );
  return [
    `| capability | ${makes.map(({ id }) => `\`${id}\``).join(" | ")} |`,
    `|---|${makes.map(() => "---|").join("")}`,
    ...names.map(
      (name) =>
        `| \`${name}\` ${CAPABILITIES[name].summary.toLowerCase()} | ${makes.map(({ capabilities }) => capabilities[name]?.scope ?? "no").join(" | ")} |`,
    ),
  ];
}

describe("docs/connectors.md", () => {
  it("says what each make can do, as the manifests say it", () => {
    const written = text.split("\n").filter((line) => line.startsWith("| `") || line.startsWith("| capability"));

    expect(written).toEqual(table().filter((line) => !line.startsWith("|-")));
  });

  it("names every make and leads to its README", () => {
    for (const { manifest } of connectors)
      expect(text).toContain(`| ${manifest.name} | [\`${manifest.id}\`](../connectors/${manifest.id}/README.md) |`);
  });
});
