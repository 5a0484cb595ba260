import { Runbook } from "@caretaker/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mistakeLine } from "./source.ts";
import { changed, GOOD, linesOf, mistakesIn, WORLD } from "./test-world.ts";
import { validateRunbook } from "./validate.ts";
import type { World } from "./world.ts";

describe("a good runbook", () => {
  it("is good, and what it needs follows from what it uses", () => {
    const result = validateRunbook("test.yaml", GOOD, WORLD);

    expect(result).toMatchObject({
      ok: true,
      facts: {
        capabilities: ["device.state", "integration.state", "power.cycle", "power.on"],
        connectors: ["home-assistant"],
        scope: "disruptive",
        readsOnly: false,
        locks: ["power"],
      },
    });
  });

  it("may use the whole language, also what is not run yet", () => {
    const whole = GOOD.replace(
      "  - wait: settled",
      `  - ask: light
    say: Is the light on the bridge lit?
    answers: [lit, dark]
    within: 15m
    of: homeowner
    next: { dark: { end: needs_visit }, expired: continue }
  - ask: how-many
    say: { en: How many?, nl: Hoeveel? }
    answers: number
    within: 5m
  - consent: power-off
    tell: The lights will not answer for a minute.
    within: 1h
  - check: services
    read: integration.list
    expect: { ill: { lt: $often } }
  - check: each-service
    read: integration.state
    with: { integration: $one.key }
    expect: { entities: $one.entities, unavailable: 0 }
    each: { of: $services.integrations, as: one, max: 10 }
  - check: level
    if: { any: [ { $how-many.answer: { gt: 2 } }, { not: { $light: lit } } ] }
    read: device.state
    with: { device: $bridge }
    expect: { battery: { gt: 10, lt: 100 }, lastSeen: { olderThan: 1d }, firmware: { matches: "^1\\\\." } }
    evidence: [unavailable]
    timeout: 10s
    tries: { times: 2, every: 5s }
  - wait: settled`,
    );

    expect(linesOf(whole)).toEqual([]);
  });
});

describe("each mistake", () => {
  it.each([
    ["an unknown field of a runbook", "limit: 30m", "limit: 30m\nlimits: 3m", ["10:1 unknown_field limits -> limit"]],
    ["a limit that is no duration", "limit: 30m", "limit: 30 minutes", ["9:8 wrong_value 30 minutes"]],
    ["no version", "version: 3\n", "", ["1:1 missing_field id: home-assistant/dead-bridge"]],
    ["an id with capitals", "id: home-assistant/dead-bridge", "id: HomeAssistant", ["1:5 wrong_value HomeAssistant"]],
    [
      "an unknown type of input",
      "service: integration",
      "service: integraton",
      ["6:12 wrong_value integraton -> integration"],
    ],
    [
      "a default for a thing",
      "{ type: device, title: The bridge }",
      "{ type: device, default: x }",
      ["7:36 wrong_type x"],
    ],
    ["a default of another type", "default: 3", "default: often", ["8:35 wrong_type often"]],
    ["a choice without options", "{ type: number, default: 3 }", "{ type: choice }", ["8:3 missing_field often"]],
    ["a language that we do not have", "nl: Het kastje reageert niet meer.", "it: Non va.", ["4:45 unknown_field it"]],
    ["a step that is none", "- check: alive", "- chek: alive", ["11:5 no_kind chek: alive -> check"]],
    ["two steps in one", "- check: alive", "- check: alive\n    wait: other", ["11:5 two_kinds check: alive"]],
    [
      "an unknown field of a step",
      "    again: alive",
      "    again: alive\n    witin: 3m",
      ["31:5 unknown_field witin -> within"],
    ],
    [
      "a read that nobody knows",
      "read: integration.state",
      "read: integration.stat",
      ["12:11 unknown_read integration.stat -> integration.state"],
    ],
    [
      "an action where something is read",
      "read: integration.state",
      "read: integration.reload",
      ["12:11 unknown_read integration.reload"],
    ],
    [
      "an action that nobody knows",
      "do: power.cycle",
      "do: power.cylce",
      ["24:9 unknown_action power.cylce -> power.cycle"],
    ],
    ["a read where something is done", "do: power.cycle", "do: device.state", ["24:9 unknown_action device.state"]],
    ["a field that is not read", "unavailable: 0", "unavailble: 0", ["14:30 unknown_field unavailble -> unavailable"]],
    [
      "a field of a thing that it does not have",
      "$bridge.poweredBy: {",
      "$bridge.powerdBy: {",
      ["20:17 unknown_field $bridge.powerdBy -> poweredBy"],
    ],
    [
      "an input that an action does not take",
      "off: 10s",
      "of: 10s",
      ["24:9 missing_field power.cycle", "25:40 unknown_field of -> off"],
    ],
    ["an input that is missing", ", off: 10s", "", ["24:9 missing_field power.cycle"]],
    ["an input beyond its bounds", "off: 10s", "off: 10m", ["25:45 wrong_value 10m"]],
    [
      "a reference to nothing",
      "integration: $service",
      "integration: $servce",
      ["13:26 unknown_name $servce -> $service"],
    ],
    ["a thing of another kind", "integration: $service", "integration: $bridge", ["13:26 wrong_type $bridge"]],
    ["a literal where a thing is needed", "integration: $service", "integration: hue", ["13:26 wrong_type hue"]],
    ["an operand of another type", "unavailable: 0", "unavailable: none", ["14:43 wrong_type none"]],
    ["a word that can never be", "availability: online", "availability: onlin", ["26:86 wrong_type onlin -> online"]],
    ["a result that can never be", "$alive.needsSignIn: true", "$alive: failed", ["18:25 wrong_type failed -> fail"]],
    ["a comparison that makes no sense", "state: loaded", "state: { lt: 3 }", ["14:24 wrong_type lt"]],
    ["a pattern that is none", "state: loaded", 'state: { matches: "(a" }', ['14:33 bad_pattern "(a"']],
    [
      "a reference inside a text",
      "note: Sign in again.",
      "note: Restart $bridge now.",
      ["19:45 reference_in_text Restart $bridge now."],
    ],
    ["half a reference", "off: 10s", "off: $", ["25:45 wrong_value $"]],
    ["a name that is taken", "- wait: settled", "- wait: bridge", ["29:11 duplicate_name bridge"]],
    [
      "no verify",
      "    verify: { read: device.state, with: { device: $bridge }, expect: { availability: online }, within: 3m, holds: 30s }\n",
      "",
      ["23:5 missing_field fix: power"],
    ],
    [
      "neither undo nor irreversible",
      "    undo: { do: power.on, with: { switch: $bridge.poweredBy } }\n",
      "",
      ["23:10 no_undo power"],
    ],
    [
      "both undo and irreversible",
      "    next: { failed",
      "    irreversible: no\n    next: { failed",
      ["23:10 no_undo power"],
    ],
    [
      "a failed fix that leads nowhere",
      "    next: { failed: { end: undone } }\n",
      "",
      ["23:5 unnamed_result fix: power"],
    ],
    [
      "a failed wait that leads nowhere",
      "    next: { fail: { end: not_fixed } }\n",
      "",
      ["29:5 unnamed_result wait: settled"],
    ],
    ["a result that it does not have", "next: { pass: {", "next: { passed: {", ["15:13 unknown_result passed -> pass"]],
    ["a check that is not there", "again: alive", "again: alve", ["30:12 unknown_check alve -> alive"]],
    ["an outcome that nobody knows", "end: not_fixed", "end: notfixed", ["32:26 wrong_value notfixed -> not_fixed"]],
    ["no end", "  - end: fixed\n", "", ["29:5 no_end wait: settled"]],
    ["a step after the end", "  - end: fixed\n", "  - end: fixed\n  - end: found\n", ["34:5 never_reached end: found"]],
    ["a runbook that takes too long", "limit: 30m", "limit: 5m", ["9:8 over_limit 5m"]],
    ["a branch that is none", "else: continue", "else: go on", ["22:11 wrong_value go on"]],
    ["no else", "    else: continue\n", "", ["16:5 missing_field choose: cause"]],
    [
      "a runbook that this hub does not have",
      "  - wait: settled",
      "  - use: other\n    runbook: home-assistant/othr\n  - wait: settled",
      ["30:14 unknown_runbook home-assistant/othr"],
    ],
  ])("%s is found in its line", (_, from, to, expected) => {
    expect(linesOf(changed(from, to))).toEqual(expected);
  });

  it("is said together with all others, in the order of the file", () => {
    const bad = GOOD.replace("integration: $service", "integration: $servce")
      .replace("$alive.needsSignIn: true", "$alive.needSignIn: true")
      .replace("do: power.cycle", "do: power.cycl")
      .replace(/ {4}verify: .*\n {4}undo: .*\n/, "")
      .replace("within: 5m", "within: five")
      .replace("end: not_fixed", "end: broken");

    expect(linesOf(bad)).toEqual([
      "13:26 unknown_name $servce -> $service",
      "18:17 unknown_field $alive.needSignIn -> needsSignIn",
      "23:5 missing_field fix: power",
      "23:10 no_undo power",
      "24:9 unknown_action power.cycl -> power.cycle",
      "29:13 wrong_value five",
      "30:26 wrong_value broken",
    ]);
  });

  it("reads as one line that a person can act on", () => {
    const [mistake] = mistakesIn(changed("read: integration.state", "read: integration.stat"));

    expect(mistake && mistakeLine(mistake)).toMatch(
      /^test\.yaml:12:11 unknown_read: is no read that we know; .* \(integration\.stat\)\. Did you mean `integration\.state`\?$/,
    );
  });
});

describe("what may not have run", () => {
  const base = (steps: string) => `id: test
version: 1
title: Test
tell: Test
inputs: { service: integration, bridge: device }
limit: 30m
steps:
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
${steps}  - end: found
`;
  const box = (indent: string, more = "") =>
    `${indent}- check: box\n${indent}  read: device.state\n${indent}  with: { device: $bridge }\n${indent}  expect: { unavailable: 0 }\n${more}`;
  const use =
    "  - choose: last\n    cases: [ { when: { $box.battery: { lt: 20 } }, then: { end: needs_visit } } ]\n    else: continue\n";

  it.each([
    ["a step before", box("  ") + use, []],
    [
      "a step of one branch only",
      `  - choose: one\n    cases:\n      - when: { $alive: fail }\n        then:\n${box("          ")}    else: continue\n${use}`,
      ["may_not_have_run"],
    ],
    [
      "a step of every branch that goes on",
      `  - choose: one\n    cases:\n      - when: { $alive: fail }\n        then:\n${box("          ")}    else: { end: healthy }\n${use}`,
      [],
    ],
    ["a step that can be skipped", box("  ", "    if: { $alive: fail }\n") + use, ["may_not_have_run"]],
    [
      "itself",
      "  - wait: box\n    read: device.state\n    with: { device: $bridge }\n    expect: { battery: $box.battery }\n    within: 5m\n    next: { fail: continue }\n",
      ["may_not_have_run"],
    ],
    ["a step that comes later", use + box("  "), ["may_not_have_run"]],
  ])("%s", (_, steps, expected) => {
    expect(mistakesIn(base(steps)).map(({ code }) => code)).toEqual(expected);
  });
});

describe("traps", () => {
  it.each([
    ["timeout", "- choose: cause", "- choose: cause\n    timeout: 5s", "choose"],
    ["evidence", "- choose: cause", "- choose: cause\n    evidence: [state]", "choose"],
    ["timeout", "  - end: fixed", "  - end: fixed\n    timeout: 5s", "end"],
    ["evidence", "{ end: needs_visit }", "{ end: needs_visit, evidence: [state] }", "end"],
  ])("settings silently ignored: `%s` where nothing is read is a mistake", (field, from, to, kind) => {
    const [mistake, ...others] = mistakesIn(changed(from, to));

    expect(others).toEqual([]);
    expect(mistake).toMatchObject({ code: "unknown_field", message: expect.stringContaining(`\`${field}\``) });
    expect(mistake?.message).toContain(kind);
  });
});

describe("an unknown", () => {
  const fix = `  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { again: alive }
    next: { failed: { end: not_fixed } }
  - end: fixed
`;
  const check = (name: string, next: string) =>
    `  - check: ${name}\n    read: integration.state\n    with: { integration: $service }\n    expect: { unavailable: 0 }\n    next: ${next}\n`;
  const base = (steps: string) =>
    `id: test\nversion: 1\ntitle: Test\ntell: Test\ninputs: { service: integration }\nlimit: 30m\nsteps:\n${steps}`;

  it.each([
    ["ends the run by itself, so a fix may follow", check("alive", "{ pass: { end: healthy } }") + fix, []],
    ["never leads to a fix", check("alive", "{ unknown: continue }") + fix, ["unknown_leads_to_fix"]],
    [
      "never leads to one inside its branch",
      `${check(
        "alive",
        `{ unknown: [ { fix: reload, do: integration.reload, with: { integration: $service }, irreversible: none, verify: { again: alive }, next: { failed: { end: not_fixed } } }, { end: fixed } ] }`,
      )}  - end: found\n`,
      ["unknown_leads_to_fix"],
    ],
    [
      "may lead to another check, whose known result leads on",
      check("alive", "{ unknown: continue }") + check("again", "{ pass: { end: healthy } }") + fix,
      [],
    ],
  ])("%s", (_, steps, expected) => {
    expect(mistakesIn(base(steps)).map(({ code }) => code)).toEqual(expected);
  });

  it("never leads to a fix of a runbook that is used by one that is used", () => {
    const runbooks = new Map<string, Runbook>();
    const world: World = { ...WORLD, runbooks };
    const made = (id: string, steps: string): void => {
      const result = validateRunbook("test.yaml", base(steps).replace("id: test", `id: ${id}`), world);
      if (!result.ok) throw new Error(id);
      runbooks.set(id, result.runbook);
    };
    const use = (id: string): string =>
      `  - { use: it, runbook: ${id}, with: { service: $service } }\n  - end: found\n`;
    made("inner", check("alive", "{ pass: { end: healthy } }") + fix);
    made("middle", use("inner"));
    const text = base(check("alive", "{ unknown: continue }") + use("middle"));

    expect(mistakesIn(text, world).map(({ code }) => code)).toEqual(["unknown_leads_to_fix"]);
  });
});

describe("whatever is broken in a runbook", () => {
  const words = GOOD.split(/(\s+|[{}:,])/).filter((word) => word.trim() !== "");

  it("it is either good or told with a place inside the file, never with an exception", () => {
    fc.assert(
      fc.property(
        fc.nat(GOOD.length - 1),
        fc.nat(30),
        fc.constantFrom(...words, "", "null", "[]", "{}", "$x", "-"),
        (at, length, word) => {
          const text = GOOD.slice(0, at) + word + GOOD.slice(at + length);
          const result = validateRunbook("test.yaml", text, WORLD);
          if (result.ok) return Runbook.safeParse(result.document).success;
          const last = text.split("\n").length;
          return (
            result.mistakes.length > 0 &&
            result.mistakes.every(({ line, column }) => line >= 1 && line <= last && column >= 1)
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("a pattern", () => {
  const matching = (pattern: string) =>
    changed(
      "expect: { state: loaded, unavailable: 0 }",
      `expect: { reason: { matches: '${pattern}' }, unavailable: 0 }`,
    );

  it.each([
    ["that is small", "^did not answer at [0-9.]+", []],
    ["that grows when its repetitions are written out", "(?:a{1,31}){1,31}", ["bad_pattern"]],
    ["that looks back, which takes time without end", "(a)\\1", ["bad_pattern"]],
  ])("%s", (_, pattern, codes) => {
    expect(mistakesIn(matching(pattern)).map(({ code }) => code)).toEqual(codes);
  });
});
