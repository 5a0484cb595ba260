import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectors } from "../gateways/connectors.ts";
import { runbookSchema } from "./json-schema.ts";
import { loadLibrary } from "./library.ts";
import { parseYaml } from "./parse.ts";
import { changed, GOOD, WORLD } from "./test-world.ts";
import { validateRunbook } from "./validate.ts";

const ROOT = join(import.meta.dirname, "../../..");
const isGood = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(runbookSchema());

function accepts(text: string): boolean {
  const parsed = parseYaml("test.yaml", text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.mistakes));
  return isGood(parsed.document);
}

describe("the JSON Schema of the language", () => {
  it("is published as it is: after a change of the grammar, `npm run schema` writes it anew", () => {
    const published = readFileSync(join(ROOT, "docs/runbook.schema.json"), "utf8");

    expect(published).toBe(`${JSON.stringify(runbookSchema(), null, 2)}\n`);
  });

  it("takes each stock runbook", async () => {
    const library = await loadLibrary(
      ROOT,
      connectors.map(({ manifest }) => manifest),
    );

    expect(library.runbooks.length).toBeGreaterThan(0);
    expect(library.runbooks.filter(({ document }) => !isGood(document)).map(({ id }) => id)).toEqual([]);
  });

  it("takes every kind of step", () => {
    const whole = `id: test
version: 1
title: { en: Test, nl: Test }
tell: Test
limit: 1h
inputs: { service: integration, how: { type: choice, options: [a, b], default: a } }
steps:
  - { check: a, read: integration.list, expect: { ill: 0 }, tries: { times: 2, every: 5s }, evidence: [ill], timeout: 5s }
  - { check: b, read: integration.state, with: { integration: $one.key }, expect: { state: [a, b] }, each: { of: $a.integrations, as: one, max: 3 } }
  - { wait: c, again: a, within: 5m, holds: 5s, next: { fail: continue } }
  - choose: d
    if: { not: { any: [{ $a: fail }, { $a.ill: { gt: 2, lt: 9 } }] } }
    cases: [{ when: { all: [{ $how: b }, { $service.name: { matches: "^h", exists: true } }] }, then: continue }]
    else: [{ end: found, note: There. }]
  - { ask: e, say: Lit?, answers: [lit, dark], within: 5m, of: homeowner }
  - { ask: f, say: { en: How many? }, answers: number, within: 5m }
  - { consent: g, tell: Dark. }
  - { fix: h, do: integration.reload, with: { integration: $service }, irreversible: No., scope: disruptive, verify: { again: a, within: 5s }, next: { failed: { end: undone } } }
  - { use: i, runbook: home-assistant/dead-bridge, with: { service: $service } }
  - end: fixed
`;

    expect(accepts(whole), JSON.stringify(isGood.errors)).toBe(true);
  });

  it.each([
    ["an unknown field", changed("limit: 30m", "limit: 30m\nlimits: 3m")],
    ["no version", changed("version: 3\n", "")],
    ["a limit that is no duration", changed("limit: 30m", "limit: 30 minutes")],
    ["an id with capitals", changed("id: home-assistant/dead-bridge", "id: HomeAssistant")],
    ["an unknown type of input", changed("service: integration", "service: integraton")],
    ["a language that we do not have", changed("nl: Het kastje reageert niet meer.", "it: Non va.")],
    ["a step that is none", changed("- check: alive", "- chek: alive")],
    ["two steps in one", changed("- check: alive", "- check: alive\n    wait: other")],
    ["a read that nobody knows", changed("read: integration.state", "read: integration.stat")],
    ["an action that nobody knows", changed("do: power.cycle", "do: power.cylce")],
    ["an action where something is read", changed("read: integration.state", "read: integration.reload")],
    ["no verify", GOOD.replace(/ {4}verify: .*\n/, "")],
    ["neither undo nor irreversible", GOOD.replace(/ {4}undo: .*\n/, "")],
    ["both undo and irreversible", changed("    next: { failed", "    irreversible: no\n    next: { failed")],
    ["`again` with its own `with`", changed("    again: alive", "    again: alive\n    with: { a: b }")],
    ["an outcome that nobody knows", changed("end: not_fixed", "end: notfixed")],
    ["a branch that is none", changed("else: continue", "else: go on")],
    ["no else", changed("    else: continue\n", "")],
    ["no steps", `${GOOD.slice(0, GOOD.indexOf("steps:"))}steps: []\n`],
  ])("refuses %s", (_, text) => {
    expect(accepts(GOOD)).toBe(true);
    expect(accepts(text)).toBe(false);
  });

  it("never underlines what the validator takes", () => {
    const words = GOOD.split(/(\s+|[{}:,])/).filter((word) => word.trim() !== "");
    fc.assert(
      fc.property(
        fc.nat(GOOD.length - 1),
        fc.nat(12),
        fc.constantFrom(...words, "", "$x", "- "),
        (at, length, word) => {
          const result = validateRunbook("test.yaml", GOOD.slice(0, at) + word + GOOD.slice(at + length), WORLD);
          return !result.ok || isGood(result.document);
        },
      ),
      { numRuns: 100 },
    );
  });
});
