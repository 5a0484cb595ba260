import { readFileSync } from "node:fs";
import { join } from "node:path";
import { STEP_KINDS } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { beforeAll, describe, expect, it } from "vitest";
import { RunbookCase } from "../runbooks/case.ts";
import { loadLibrary } from "../runbooks/library.ts";
import { allSteps } from "../runbooks/results.ts";
import { mistakeLine } from "../runbooks/source.ts";
import { validateRunbook } from "../runbooks/validate.ts";
import type { World } from "../runbooks/world.ts";
import { caseLines, caseVerdict } from "./case-verdict.ts";

const text = readFileSync(join(import.meta.dirname, "../../../docs/runbooks.md"), "utf8");

/** The code blocks of one language, each with the line of the document in which it begins. */
function blocks(language: string): { readonly at: string; readonly code: string }[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm");
  return [...text.matchAll(fence)].map(({ index, 1: code = "" }) => ({
    at: `docs/runbooks.md:${text.slice(0, index).split("\n").length + 1}`,
    code,
  }));
}

/** The example may use a stock runbook, as anybody's may. */
let world: World;

beforeAll(async () => {
  const root = join(import.meta.dirname, "../../..");
  world = (
    await loadLibrary(
      root,
      connectors.map(({ manifest }) => manifest),
    )
  ).world;
});

function runbookIn({ at, code }: { readonly at: string; readonly code: string }) {
  const result = validateRunbook(at, code, world);
  if (!result.ok) throw new Error(result.mistakes.map(mistakeLine).join("\n"));
  return result.runbook;
}

describe("docs/runbooks.md", () => {
  it("shows one runbook that grows, and each version of it is good", () => {
    const runbooks = blocks("yaml").map(runbookIn);

    expect(runbooks.map(({ id, version }) => `${id} ${version}`)).toEqual([
      "home-assistant/silent-service 1",
      "home-assistant/silent-service 2",
      "home-assistant/silent-service 3",
      "home-assistant/silent-service 4",
    ]);
  });

  it("shows every kind of step, and tells of each in its table", () => {
    const steps = blocks("yaml").flatMap((block) => allSteps(runbookIn(block).steps));
    const table = text.slice(text.indexOf("## Steps"), text.indexOf("## Mistakes"));

    expect(new Set(steps.map(({ kind }) => kind))).toEqual(new Set(STEP_KINDS));
    for (const kind of STEP_KINDS) expect(table).toMatch(new RegExp(`\\| \`${kind}\` \\|`));
  });

  it("shows recorded cases that the second version and the last go through", () => {
    const [, second, , last] = blocks("yaml").map(runbookIn);
    const cases = blocks("json").map(({ code }) => RunbookCase.parse(JSON.parse(code)));
    if (second === undefined || last === undefined) throw new Error("There is no example.");
    const verdicts = [second, last].map((runbook, index) =>
      caseVerdict("shown", runbook, cases[index] as RunbookCase, world),
    );

    expect(cases).toHaveLength(2);
    for (const verdict of verdicts) expect(verdict, caseLines(verdict).join("\n")).toMatchObject({ ok: true });
  });
});
