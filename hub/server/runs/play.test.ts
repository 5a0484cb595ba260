import { join } from "node:path";
import type { RunbookId } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { beforeAll, describe, expect, it } from "vitest";
import { RunbookCase } from "../runbooks/case.ts";
import { type Library, loadLibrary } from "../runbooks/library.ts";
import { caseLines, caseVerdict } from "./case-verdict.ts";
import { CannotPlay, play } from "./play.ts";
import { stockCases } from "./test-cases.ts";
import { runbookOf, testLibrary } from "./test-helpers.ts";

const ROOT = join(import.meta.dirname, "../../..");
const cases = stockCases();
let library: Library;

beforeAll(async () => {
  library = await loadLibrary(
    ROOT,
    connectors.map(({ manifest }) => manifest),
  );
});

describe("the stock runbooks", () => {
  it.each(cases)("$runbook goes through the recorded case $called as it says", ({ runbook, called, recorded }) => {
    const found = library.get(runbook);
    if (found === undefined) throw new Error(`There is no runbook for the case ${runbook}.${called}.`);
    const verdict = caseVerdict(called, found.runbook, recorded, library.world);

    expect(verdict, caseLines(verdict).join("\n")).toMatchObject({ ok: true });
  });

  it("each have a case where all is well, and those with a fix one that it helps and one that it does not", () => {
    for (const { id, facts } of library.runbooks) {
      const own = cases.filter(({ runbook }) => runbook === id);
      const outcomes = own.map(({ recorded }) => recorded.outcome);
      expect({ id, outcomes }).toMatchObject({
        outcomes: expect.arrayContaining(facts.readsOnly ? ["healthy", "found"] : ["healthy", "fixed", "not_fixed"]),
      });
    }
  });
});

describe("a runbook that is played", () => {
  const STATE = { state: "loaded", reason: null, needsSignIn: false, unavailable: 0, entities: 8 };
  const ILL = { ...STATE, unavailable: 6 };
  const read = "read: integration.state, with: { integration: $service }, expect: { unavailable: 0 }";
  const reload = "do: integration.reload, with: { integration: $service }";
  const power = "do: power.on, with: { switch: $bridge.poweredBy }";

  function played(steps: string, reads: RunbookCase["reads"], more: Partial<RunbookCase> = {}) {
    const lines = steps.split("\n").map((line) => (line === "" ? "" : `  - { ${line} }`));
    const made = testLibrary([runbookOf("test", `\n${lines.join("\n")}\n`)]);
    const runbook = made.get("test" as RunbookId)?.runbook;
    if (runbook === undefined) throw new Error("There is no runbook.");
    const recorded = RunbookCase.parse({
      recorded: "made up",
      at: "2026-11-24T08:00:00.000Z",
      inputs: { service: { name: "Hall bridge" }, bridge: { name: "Hall bridge", poweredBy: { name: "Plug" } } },
      reads,
      path: ["-"],
      acts: [],
      outcome: "unclear",
      ...more,
    });
    return play(runbook, recorded, made.world);
  }

  it("tries a fix again after a verify that failed, as often as it may", () => {
    const steps = `check: a, ${read}\nfix: b, ${reload}, irreversible: No., tries: { times: 3, every: 5s }, verify: { again: a }, next: { failed: { end: not_fixed } }\nend: fixed`;
    const second = [{ output: ILL }, { after: "b", tries: 2, output: STATE }] as RunbookCase["reads"][string];

    expect(played(steps, { "integration.state": second })).toMatchObject({
      path: ["a: fail", "b: fixed", "end: fixed"],
      acts: ["integration.reload", "integration.reload"],
    });
    expect(played(steps, { "integration.state": second.slice(0, 1) })).toMatchObject({
      path: ["a: fail", "b: failed", "end: not_fixed"],
      acts: ["integration.reload", "integration.reload", "integration.reload"],
    });
  });

  it("does nothing where what it would fix is well already", () => {
    const steps = `fix: b, ${reload}, irreversible: No., verify: { ${read} }, next: { failed: { end: not_fixed } }\nend: fixed`;

    expect(played(steps, { "integration.state": [{ tries: 1, output: STATE }] })).toMatchObject({
      acts: [],
      outcome: "fixed",
    });
  });

  const undone = `fix: b, ${reload}, undo: { ${power} }, verify: { ${read} }, next: { failed: { end: undone } }\nend: fixed`;
  const plug = (state: string) => ({
    state,
    availability: "online",
    since: "2026-11-24T07:00:00.000Z",
    attributes: {},
  });

  it("takes back what it did and proves it by what the undo means", () => {
    const reads = {
      "integration.state": [{ tries: 1, output: ILL }],
      "entity.state": [
        { tries: 1, output: plug("off") },
        { tries: 1, after: "b.undo", output: plug("on") },
      ],
    };

    expect(played(undone, reads)).toMatchObject({
      path: ["b: failed", "end: undone"],
      acts: ["integration.reload", "power.on"],
      outcome: "undone",
    });
  });

  it("ends unclear when it is not certain that it was taken back", () => {
    const reads = {
      "integration.state": [{ tries: 1, output: ILL }],
      "entity.state": [{ tries: 1, error: "It does not answer." }],
    };

    expect(played(undone, reads)).toMatchObject({ path: ["b: failed", "end: unclear"], outcome: "unclear" });
  });

  it("skips a step whose `if` is false, and goes where an unknown leads when it cannot be told", () => {
    const steps = `check: a, ${read}, next: { unknown: continue }\ncheck: b, if: { $a.needsSignIn: true }, ${read}\nend: found`;

    expect(played(steps, { "integration.state": [{ tries: 1, output: ILL }] }).path).toEqual([
      "a: fail",
      "b: skipped",
      "end: found",
    ]);
    expect(played(steps, { "integration.state": [{ tries: 1, error: "away" }] })).toMatchObject({
      path: ["a: unknown", "b: unknown"],
      outcome: "unclear",
    });
  });

  it("says what the case does not tell, rather than to guess it", () => {
    expect(() => played(`check: a, ${read}\nend: found`, {})).toThrow(CannotPlay);
  });
});
