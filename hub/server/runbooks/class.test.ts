import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CAPABILITIES,
  type CapabilityDeclaration,
  type CapabilityName,
  type ConnectorManifest,
  type Runbook,
  raise,
  referenceOf,
  Scope,
} from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { mistakeLine } from "./source.ts";
import { type ValidRunbook, validateRunbook } from "./validate.ts";
import { whySecondPerson } from "./versions/second-person.ts";
import type { World } from "./world.ts";

/**
 * S-CLASS: how deep an operation reaches is said by its connector, and by nothing that an author writes around it. Each
 * make says it once more in a `classes.json` of its own, beside its manifest: whoever changes one has to change the other,
 * and somebody reads it. A make that has none fails below.
 */
const Class = z.tuple([Scope, z.enum(["one person", "two persons"])]);
const Classes = z.record(z.string(), Class);

function classesOf(make: string): z.infer<typeof Classes> {
  const path = join(import.meta.dirname, "../../../connectors", make, "classes.json");
  return Classes.parse(JSON.parse(readFileSync(path, "utf8")));
}

/** What is written around an operation is of another make where its own has no such thing. */
const AROUND: Readonly<Partial<Record<CapabilityName, CapabilityDeclaration>>> = {
  "integration.list": { scope: "view", timeoutSeconds: 10 },
  "entity.refresh": { scope: "diagnose", timeoutSeconds: 10 },
};

const HEAD = `version: 1
title: Test
tell: We look.
inputs: { an-integration: integration, a-device: device, an-entity: entity, a-room: room, a-gateway: gateway }
limit: 3d
`;
const PASSED_ON =
  "an-integration: $an-integration, a-device: $a-device, an-entity: $an-entity, a-room: $a-room, a-gateway: $a-gateway";
/** Something that every make has and that needs the least. */
const LOOK = "read: gateway.info, expect: { state: running }";
const NEXT = "next: { failed: { end: not_fixed } }";

function given(name: CapabilityName): string {
  const fields = Object.entries(CAPABILITIES[name].input.shape as z.ZodRawShape).map(([field, schema]) => {
    const kind = referenceOf(schema as z.ZodType);
    if (schema instanceof z.ZodEnum) return `${field}: ${schema.options[0]}`;
    if (kind === undefined) return `${field}: 10s`;
    return `${field}: $${kind === "integration" || kind === "entity" ? "an" : "a"}-${kind}`;
  });
  return `with: { ${fields.join(", ")} }`;
}

const expected = (name: CapabilityName): string => {
  const [field] = Object.keys(CAPABILITIES[name].output.shape);
  return `expect: { ${field}: { exists: true } }`;
};

type Wrapper = (name: CapabilityName) => { readonly steps: string; readonly least?: Scope; readonly second?: boolean };

const fix = (name: CapabilityName, more = "", step = "it"): string =>
  `{ fix: ${step}, do: ${name}, ${given(name)}, irreversible: No., verify: { ${LOOK} }, ${NEXT}${more} }`;

/** Everything that an author can put around an act. */
const AROUND_ACTS: Readonly<Record<string, Wrapper>> = {
  directly: (name) => ({ steps: `[${fix(name)}, { end: fixed }]` }),
  "called a scope that is lower": (name) => ({ steps: `[${fix(name, ", scope: reach")}, { end: fixed }]` }),
  "tried again and again": (name) => ({ steps: `[${fix(name, ", tries: { times: 3, every: 5s }")}, { end: fixed }]` }),
  "behind an `if`": (name) => ({
    steps: `[{ check: a, ${LOOK} }, ${fix(name, ", if: { $a: fail }")}, { end: fixed }]`,
  }),
  "through `use`": (name) => ({
    steps: `[{ use: u, runbook: used-${short(name)}, with: { ${PASSED_ON} } }, { end: fixed }]`,
  }),
  "through a `use` of a `use`": (name) => ({
    steps: `[{ use: u, runbook: deeper-${short(name)}, with: { ${PASSED_ON} } }, { end: fixed }]`,
  }),
  "in an `undo`": (name) => ({
    steps: `[{ fix: it, do: entity.refresh, with: { entity: $an-entity }, undo: { do: ${name}, ${given(name)}, verify: { ${LOOK} } }, verify: { ${LOOK} }, next: { failed: { end: undone } } }, { end: fixed }]`,
    least: "diagnose",
    second: true,
  }),
  "in an `each`": (name) => ({
    steps: `[{ check: list, read: integration.list, expect: { ill: 0 } }, ${fix(name, ", each: { of: $list.integrations, as: one, max: 3 }")}, { end: fixed }]`,
    least: "view",
  }),
  "in a case of a `choose`": (name) => ({
    steps: `[{ choose: c, cases: [{ when: { $an-entity.name: x }, then: [${fix(name)}, { end: fixed }] }], else: { end: healthy } }]`,
  }),
  "in the `else` of a `choose`": (name) => ({
    steps: `[{ choose: c, cases: [{ when: { $an-entity.name: x }, then: { end: healthy } }], else: [${fix(name)}, { end: fixed }] }]`,
  }),
  "in a branch of a check": (name) => ({
    steps: `[{ check: a, ${LOOK}, next: { fail: [${fix(name)}, { end: fixed }] } }, { end: healthy }]`,
  }),
  "in a branch of the fix before it": (name) => ({
    steps: `[{ fix: first, do: entity.refresh, with: { entity: $an-entity }, irreversible: No., verify: { ${LOOK} }, next: { failed: [${fix(name)}, { end: fixed }] } }, { end: fixed }]`,
    least: "diagnose",
    second: true,
  }),
  "after an answer": (name) => ({
    steps: `[{ ask: q, say: Is it lit?, answers: [lit, dark], within: 5m, next: { dark: [${fix(name)}, { end: fixed }] } }, { end: healthy }]`,
  }),
  "after a `consent`": (name) => ({ steps: `[{ consent: may, tell: We do it. }, ${fix(name)}, { end: fixed }]` }),
};

/** And around a read: what is looked at can be more than the contract covers. */
const AROUND_READS: Readonly<Record<string, Wrapper>> = {
  "in a check": (name) => ({
    steps: `[{ check: a, read: ${name}, ${given(name)}, ${expected(name)} }, { end: found }]`,
  }),
  "in a wait": (name) => ({
    steps: `[{ wait: a, read: ${name}, ${given(name)}, ${expected(name)}, within: 10s, next: { fail: { end: found } } }, { end: found }]`,
  }),
  "through `again`": (name) => ({
    steps: `[{ check: a, read: ${name}, ${given(name)}, ${expected(name)} }, { check: b, again: a }, { end: found }]`,
  }),
  "in a verify": (name) => ({
    steps: `[{ fix: it, do: entity.refresh, with: { entity: $an-entity }, irreversible: No., verify: { read: ${name}, ${given(name)}, ${expected(name)} }, ${NEXT} }, { end: fixed }]`,
    least: "diagnose",
    second: true,
  }),
  "in what proves an undo": (name) => ({
    steps: `[{ fix: it, do: entity.refresh, with: { entity: $an-entity }, verify: { ${LOOK} }, undo: { do: entity.refresh, with: { entity: $an-entity }, verify: { read: ${name}, ${given(name)}, ${expected(name)} } }, next: { failed: { end: undone } } }, { end: fixed }]`,
    least: "diagnose",
    second: true,
  }),
  "in an `each`": (name) => ({
    steps: `[{ check: list, read: integration.list, expect: { ill: 0 } }, { check: a, each: { of: $list.integrations, as: one, max: 3 }, read: ${name}, ${given(name)}, ${expected(name)} }, { end: found }]`,
    least: "view",
  }),
  "through `use`": (name) => ({
    steps: `[{ use: u, runbook: used-${short(name)}, with: { ${PASSED_ON} } }, { end: found }]`,
  }),
};

const short = (name: CapabilityName): string => name.replaceAll(".", "-");
const written = (id: string, steps: string): string => `id: ${id}\n${HEAD}steps: ${steps}\n`;
const kindOf = (name: CapabilityName): "read" | "action" => CAPABILITIES[name].kind;

function valid(text: string, world: World): ValidRunbook {
  const result = validateRunbook("class.yaml", text, world);
  if (!result.ok) throw new Error(`${result.mistakes.map(mistakeLine).join("\n")}\n${text}`);
  return result;
}

/** Of each operation one runbook that does no more than it, and one that uses that. */
function worldOf({ id, capabilities }: ConnectorManifest, names: readonly CapabilityName[]): World {
  const runbooks = new Map<string, Runbook>();
  const others = Object.entries(AROUND).filter(([name]) => !Object.hasOwn(capabilities, name));
  const around = { id: "another-make", capabilities: Object.fromEntries(others) };
  const world: World = { connectors: [{ id, capabilities }, around], runbooks };
  for (const name of names) {
    const wrap = kindOf(name) === "action" ? AROUND_ACTS.directly : AROUND_READS["in a check"];
    const used = valid(written(`used-${short(name)}`, wrap?.(name).steps ?? ""), world).runbook;
    runbooks.set(used.id, used);
    const deeper = valid(
      written(`deeper-${short(name)}`, AROUND_ACTS["through `use`"]?.(name).steps ?? ""),
      world,
    ).runbook;
    runbooks.set(deeper.id, deeper);
  }
  return world;
}

describe.each(connectors.map(({ manifest }) => ({ id: manifest.id, manifest })))("S-CLASS: $id", ({ id, manifest }) => {
  const names = Object.keys(manifest.capabilities) as CapabilityName[];
  const world = worldOf(manifest, names);
  const table = classesOf(id);
  const cells = names.flatMap((name) =>
    Object.entries(kindOf(name) === "action" ? AROUND_ACTS : AROUND_READS).map(([around, wrap]) => ({
      name,
      around,
      wrap,
    })),
  );

  it("has a row in its `classes.json` for each operation, and no other", () => {
    expect(Object.keys(table).sort()).toEqual([...names].sort());
  });

  it.each(cells)("$name is what the table says $around", ({ name, wrap }) => {
    const { steps, least = "reach", second = false } = wrap(name);
    const [scope, persons] = table[name] ?? ["disruptive", "two persons"];

    const { facts } = valid(written("written-by-somebody", steps), world);

    expect({
      scope: facts.scope,
      second: whySecondPerson(facts) !== null,
      doesSomething: !facts.readsOnly,
    }).toEqual({
      scope: raise(scope, least),
      second: persons === "two persons" || second,
      doesSomething: kindOf(name) === "action" || second,
    });
  });
});
