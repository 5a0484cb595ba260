import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RunbookCase } from "../runbooks/case.ts";
import { mistakeLine } from "../runbooks/source.ts";
import { WORLD } from "../runbooks/test-world.ts";
import { validateRunbook } from "../runbooks/validate.ts";
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

function runbookIn({ at, code }: { readonly at: string; readonly code: string }) {
  const result = validateRunbook(at, code, WORLD);
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
    ]);
  });

  it("shows a recorded case that the second version goes through", () => {
    const [, second] = blocks("yaml").map(runbookIn);
    const [shown, ...others] = blocks("json").map(({ code }) => RunbookCase.parse(JSON.parse(code)));
    if (second === undefined || shown === undefined) throw new Error("There is no example.");
    const verdict = caseVerdict("shown", second, shown, WORLD);

    expect(others).toEqual([]);
    expect(verdict, caseLines(verdict).join("\n")).toMatchObject({ ok: true });
  });
});
