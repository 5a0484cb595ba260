import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { isFailure, readTally, sumOf, tallyLine } from "./closing-line.ts";

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

describe("the closing line", () => {
  let folder = "";
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function run(files: Record<string, string>): Promise<string[]> {
    folder = await mkdtemp(join(tmpdir(), "closing-line-"));
    const config = `import { ClosingLine } from ${JSON.stringify(join(import.meta.dirname, "closing-line.ts"))};
      export default { test: { globals: true, maxWorkers: 1, reporters: ["default", new ClosingLine()] } };`;
    for (const [name, text] of Object.entries({ ...files, "vitest.config.ts": config })) {
      await writeFile(join(folder, name), text);
    }
    const output = await new Promise<string>((resolve) => {
      execFile(process.execPath, [vitest, "run", "--root", folder], (_error, stdout) => resolve(stdout));
    });
    return output.split("\n");
  }

  it("counts tests, files that do not load, preparations that fail and errors that nobody handled", async () => {
    const lines = await run({
      "some.test.js": `it("a", () => {}); it("b", () => {}); it.skip("c", () => {}); it("d", () => { throw new Error("d") })`,
      "broken.test.js": `import "./missing.js"; it("e", () => {})`,
      "unprepared.test.js": `describe("f", () => { beforeAll(() => { throw new Error("f") }); it("g", () => {}) })`,
      "loose.test.js": `it("h", async () => { void Promise.reject(new Error("h")); await new Promise(r => setTimeout(r, 50)) })`,
    });

    expect(lines.slice(-2)).toEqual(["3 passed, 4 failed, 2 skipped", ""]);
    expect(lines.filter(isFailure).sort()).toEqual([
      expect.stringMatching(/^Failed: \[\] broken\.test\.js > .*missing\.js/),
      "Failed: [] some.test.js > d > d",
      "Failed: [] unprepared.test.js > f > f",
      "Failed: nobody handled > h",
    ]);
  });

  it("names a test that passed only when it was tried again", async () => {
    const lines = await run({
      "some.test.js": `let tries = 0; it("a", { retry: 1 }, () => { tries += 1; if (tries < 2) throw new Error("too early") })`,
    });

    expect(lines.slice(-3)).toEqual([
      "Passed when tried again: [] some.test.js > a > too early",
      "1 passed, 0 failed, 0 skipped",
      "",
    ]);
  });

  it("says so when all is well", async () => {
    const lines = await run({ "some.test.js": `it("a", () => {})` });

    expect(lines.slice(-2)).toEqual(["1 passed, 0 failed, 0 skipped", ""]);
  });

  it("of several runs is their sum, and no other line is taken for one", () => {
    const lines = [
      "2 passed, 0 failed, 1 skipped",
      "Tests 9 passed, 9 failed, 9 skipped",
      "3 passed, 1 failed, 0 skipped",
    ];

    const total = sumOf(lines.map(readTally).filter((one) => one !== null));

    expect(tallyLine(total)).toBe("5 passed, 1 failed, 1 skipped");
  });
});
