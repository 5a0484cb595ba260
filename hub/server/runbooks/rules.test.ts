import { homeAssistant } from "@caretaker/connector-home-assistant";
import { type MistakeCode, Runbook, type Step } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { whatFollows } from "./results.ts";
import { changed, GOOD, linesOf, mistakesIn, WORLD } from "./test-world.ts";
import { validateRunbook } from "./validate.ts";
import type { World } from "./world.ts";

/** The rules of the language by their numbers, as far as they are not the subject of a test file of their own. */

const HEAD = "id: test\nversion: 1\ntitle: Test\ntell: Test\ninputs: { service: integration }\nlimit: 2h\nsteps:\n";
const WITH_BRIDGE = HEAD.replace("service: integration }", "service: integration, bridge: device }");
const READ = "read: integration.state, with: { integration: $service }, expect: { state: loaded }";
const RELOAD = "do: integration.reload, with: { integration: $service }, irreversible: No.";
const codesIn = (text: string, world = WORLD): string[] => mistakesIn(text, world).map(({ code }) => code);

function good(steps: string, world = WORLD) {
  return goodWith(HEAD, steps, world);
}

function goodWith(head: string, steps: string, world = WORLD) {
  const result = validateRunbook("test.yaml", head + steps, world);
  if (!result.ok) throw new Error(JSON.stringify(result.mistakes));
  return result;
}

function stepOf(steps: string): Step {
  const [step] = Runbook.parse(good(steps).document).steps;
  if (step === undefined) throw new Error("There is no step.");
  return step;
}

describe("rule 2: a result that `next` does not name", () => {
  const check = stepOf(
    `- check: a\n  ${READ.replaceAll(", with", "\n  with").replace(", expect", "\n  expect")}\n- end: found`,
  );
  const ask = stepOf(
    "- { ask: a, say: Lit?, answers: [lit, dark], within: 5m, next: { dark: { end: found } } }\n- end: found",
  );
  const consent = stepOf("- { consent: a, tell: It goes dark. }\n- end: found");
  const used: Step = {
    kind: "use",
    name: "a",
    runbook: "other" as never,
    with: {},
    if: null,
    next: {},
    timeoutSeconds: null,
    evidence: [],
  };

  it.each([
    ["pass of a check goes on", check, "pass", { branch: "continue" }],
    ["fail of a check goes on", check, "fail", { branch: "continue" }],
    ["unknown ends unclear", check, "unknown", { outcome: "unclear" }],
    ["an answer goes on", ask, "lit", { branch: "continue" }],
    ["expired ends no_answer", ask, "expired", { outcome: "no_answer" }],
    ["allowed goes on", consent, "allowed", { branch: "continue" }],
    ["refused ends refused", consent, "refused", { outcome: "refused" }],
    ["fixed of a used runbook goes on", used, "fixed", { branch: "continue" }],
    ["not_fixed of a used runbook goes on", used, "not_fixed", { branch: "continue" }],
    ["refused of a used runbook ends alike", used, "refused", { outcome: "refused" }],
    ["no_answer of a used runbook ends alike", used, "no_answer", { outcome: "no_answer" }],
    ["unclear of a used runbook ends alike", used, "unclear", { outcome: "unclear" }],
  ])("%s", (_, step, result, expected) => {
    expect(whatFollows(step, result)).toEqual(expected);
  });

  it("does what is named, where it is named", () => {
    expect(whatFollows(ask, "dark")).toMatchObject({ branch: [{ kind: "end", outcome: "found" }] });
  });
});

describe("rule 3: an `if`", () => {
  it("that cannot be told makes the result unknown, so a fix may not follow where that goes on", () => {
    const text = `${HEAD}- { check: a, ${READ} }
- { check: b, if: { $a.needsSignIn: true }, ${READ}, next: { unknown: continue } }
- { fix: c, ${RELOAD}, verify: { again: a }, next: { failed: { end: not_fixed } } }
- end: fixed
`;

    expect(mistakesIn(text)).toMatchObject([{ line: 10, column: 3, code: "unknown_leads_to_fix" }]);
  });
});

describe("rule 6: `again`", () => {
  it("takes read, with and expect from its check, and nothing beside it", () => {
    expect(linesOf(changed("    again: alive", "    again: alive\n    with: { integration: $service }"))).toEqual([
      "31:11 wrong_value { integration: $service }",
    ]);
  });

  it("is the only one that inherits `with`: an undo has its own", () => {
    expect(
      linesOf(changed("undo: { do: power.on, with: { switch: $bridge.poweredBy } }", "undo: { do: power.on }")),
    ).toEqual(["27:17 missing_field power.on"]);
  });
});

describe("rule 9: `each`", () => {
  it.each([
    ["says how many it may be", ""],
    ["is no more than a hundred", ", max: 101"],
    ["is at least one", ", max: 0"],
  ])("%s", (_, max) => {
    const text = `${HEAD}- { check: all, read: integration.list, expect: { ill: 0 } }
- { check: b, read: integration.state, with: { integration: $one.key }, expect: { state: loaded }, each: { of: $all.integrations, as: one${max} } }
- end: found
`;
    expect(mistakesIn(text)).toHaveLength(1);
    expect(mistakesIn(text)[0]).toMatchObject({ line: 9 });
  });
});

describe("rule 10: what is computed", () => {
  const timeout = (name: "integration.state" | "integration.reload"): number =>
    homeAssistant.manifest.capabilities[name]?.timeoutSeconds ?? Number.NaN;

  it("is the longest way, with each read, act and try as long as it can be", () => {
    const read = timeout("integration.state");
    const act = timeout("integration.reload");
    const fix = `{ fix: f, ${RELOAD}, tries: { times: 2, every: 30s }, verify: { again: a, within: 60s, holds: 5s }, next: { failed: { end: not_fixed } } }`;
    const { facts } = good(
      `- { check: a, tries: { times: 3, every: 10s }, ${READ}, next: { pass: { end: healthy } } }\n- ${fix}\n- end: fixed\n`,
    );

    const check = 3 * read + 2 * 10;
    const before = read + 5;
    const tries = 2 * (act + 60 + 5 + read) + 30;
    expect(facts.worstCaseSeconds).toBe(check + before + tries);
  });

  it("counts what `end: undone` takes back: each thing of an `each`, what proves it, and what a used runbook did", () => {
    const read = timeout("integration.state");
    const act = timeout("integration.reload");
    const on = homeAssistant.manifest.capabilities["power.on"]?.timeoutSeconds ?? Number.NaN;
    const entity = homeAssistant.manifest.capabilities["entity.state"]?.timeoutSeconds ?? Number.NaN;
    const undo = `undo: { do: integration.reload, with: { integration: $service }, verify: { ${READ}, within: 20s } }`;
    const used = goodWith(
      WITH_BRIDGE,
      `- { fix: f, do: power.on, with: { switch: $bridge.poweredBy }, undo: { do: power.on, with: { switch: $bridge.poweredBy } }, verify: { ${READ} }, next: { failed: { end: not_fixed } } }\n- end: fixed\n`,
    ).runbook;
    const world: World = { ...WORLD, runbooks: new Map([["used", used]]) };
    const steps = (outcome: string): string =>
      `- { check: list, read: integration.list, expect: { ill: 0 } }\n- { fix: f, each: { of: $list.integrations, as: one, max: 3 }, do: integration.reload, with: { integration: $service }, ${undo}, verify: { ${READ} }, next: { failed: continue } }\n- { use: u, runbook: used, with: { service: $service, bridge: $bridge } }\n- end: ${outcome}\n`;
    const worst = (outcome: string): number => {
      const result = validateRunbook("test.yaml", `${WITH_BRIDGE}${steps(outcome)}`, world);
      if (!result.ok) throw new Error(linesOf(`${WITH_BRIDGE}${steps(outcome)}`, world).join("\n"));
      return result.facts.worstCaseSeconds;
    };

    // What the undo of `power.on` means is known: it is looked at for half a minute.
    expect(worst("undone") - worst("not_fixed")).toBe(3 * (act + 20 + read) + (on + 30 + entity));
  });

  it("does not count what people take", () => {
    const { facts } = good(
      "- { ask: a, say: Lit?, answers: text, within: 1d }\n- { consent: b, tell: Dark., within: 1d }\n- end: found\n",
    );

    expect(facts.worstCaseSeconds).toBe(0);
  });

  it("is raised by `scope`, and never lowered", () => {
    const fix = (scope: string) =>
      good(
        `- { check: a, ${READ} }\n- { fix: f, scope: ${scope}, ${RELOAD}, verify: { again: a }, next: { failed: { end: not_fixed } } }\n- end: fixed\n`,
      ).facts.scope;
    const own = homeAssistant.manifest.capabilities["integration.reload"]?.scope;

    expect(fix("view")).toBe(own);
    expect(fix("disruptive")).toBe("disruptive");
  });
});

describe("rule 11: the nesting of `use`", () => {
  const using = (id: string, used: string): Runbook =>
    Runbook.parse({
      id,
      version: 1,
      title: "?",
      tell: "?",
      limit: "1m",
      steps: [{ use: "inner", runbook: used }, { end: "found" }],
    });
  const chain = (length: number): World => {
    const runbooks = Array.from({ length }, (_, index) => using(`r${index}`, `r${index + 1}`));
    const last = Runbook.parse({
      id: `r${length}`,
      version: 1,
      title: "?",
      tell: "?",
      limit: "1m",
      steps: [{ end: "found" }],
    });
    return { ...WORLD, runbooks: new Map([...runbooks, last].map((one) => [one.id as string, one])) };
  };

  it("is at most five deep", () => {
    const text = `${HEAD}- { use: a, runbook: r0 }\n- end: found\n`;

    expect(codesIn(text, chain(4))).toEqual([]);
    expect(codesIn(text, chain(5))).toEqual(["too_deep"]);
  });
});

/** Of each mistake that a file can have by itself, one file that has it. */
const EXAMPLES: Readonly<Record<Exclude<MistakeCode, "wrong_id" | "verify_already_holds">, string>> = {
  not_yaml: "id: [",
  too_large: "x".repeat(30_000),
  too_deep: "[".repeat(50),
  too_many_steps: `${HEAD}${Array.from({ length: 12 }, (_, at) => `- { choose: c${at}, else: continue, cases: [ ${`{ when: { $service: { exists: true } }, then: { end: found } },`.repeat(20)} ] }\n`).join("")}- end: found\n`,
  more_mistakes: Array.from({ length: 300 }, (_, index) => `k${index}: *nobody`).join("\n"),
  anchor: "id: &x a",
  tag: "id: !!str a",
  merge: "id: { <<: { a: 1 } }",
  duplicate_key: "id: a\nid: b",
  forbidden_key: "constructor: a",
  not_json: "id: .nan",
  unknown_field: changed("limit: 30m", "limit: 30m\nlimits: 3m"),
  missing_field: changed("version: 3\n", ""),
  wrong_value: changed("limit: 30m", "limit: soon"),
  no_kind: changed("- check: alive", "- look: alive"),
  two_kinds: changed("- check: alive", "- check: alive\n    wait: other"),
  no_undo: changed("    undo: { do: power.on, with: { switch: $bridge.poweredBy } }\n", ""),
  duplicate_name: changed("- wait: settled", "- wait: alive"),
  unknown_read: changed("read: integration.state", "read: crestron:panel.message"),
  unknown_action: changed("do: power.cycle", "do: shell.run"),
  no_connector: GOOD,
  unknown_name: changed("integration: $service", "integration: $nobody"),
  unknown_check: changed("again: alive", "again: nothing"),
  unknown_runbook: `${HEAD}- { use: a, runbook: nowhere }\n- end: found\n`,
  may_not_have_run: changed("$alive.needsSignIn: true", "$settled.needsSignIn: true"),
  wrong_type: changed("unavailable: 0", "unavailable: none"),
  reference_in_text: changed("note: Sign in again.", "note: Sign in at $service again."),
  bad_pattern: changed("state: loaded", 'state: { matches: "(a" }'),
  unknown_result: changed("next: { pass: {", "next: { good: {"),
  unnamed_result: changed("    next: { fail: { end: not_fixed } }\n", ""),
  unknown_leads_to_fix: `${HEAD}- { check: a, ${READ}, next: { unknown: continue } }\n- { fix: b, ${RELOAD}, verify: { again: a }, next: { failed: { end: not_fixed } } }\n- end: fixed\n`,
  never_reached: `${GOOD}  - end: found\n`,
  no_end: changed("  - end: fixed\n", ""),
  over_limit: changed("limit: 30m", "limit: 1m"),
};

describe("each kind of mistake", () => {
  it.each(Object.entries(EXAMPLES))("%s is said of a file that has it, with line and column", (code, text) => {
    const world: World = code === "no_connector" ? { ...WORLD, connectors: [] } : WORLD;
    const found = mistakesIn(text, world).find((mistake) => mistake.code === code);

    expect(found, linesOf(text, world).join("\n")).toBeDefined();
    expect(found?.line).toBeGreaterThan(0);
    expect(found?.column).toBeGreaterThan(0);
  });
});
