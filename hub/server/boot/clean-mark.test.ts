import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { leaveMark } from "./clean-mark.ts";

describe("the mark of a clean stop", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "mark-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const mark = (boot: string) => leaveMark(folder, async () => boot);

  const unclean = async (boot: string) => {
    await mark("one");
    return mark(boot);
  };

  it.each([
    ["the first start", async () => {}, false],
    ["a clean stop", async () => (await mark("one")).stopped(), false],
    ["a hub that crashed on a machine that stayed up", async () => void (await mark("two")), false],
    ["a machine that went down under the hub", async () => void (await mark("one")), true],
    ["an unclean stop that was not dealt with before the next", async () => void (await unclean("two")), true],
    [
      "an unclean stop whose hub was stopped before it dealt with it",
      async () => (await unclean("two")).stopped(),
      true,
    ],
    ["an unclean stop that was dealt with", async () => (await unclean("two")).recovered(), false],
    ["a mark that a power cut spoiled", () => writeFile(join(folder, "hub-mark.json"), "\0\0\0"), true],
  ])("takes %s for what it was", async (_title, before, uncleanStop) => {
    await before();

    expect((await mark("two")).uncleanStop).toBe(uncleanStop);
  });

  it("knows this machine's own boot", async () => {
    await leaveMark(folder);

    expect((await leaveMark(folder)).uncleanStop).toBe(false);
  });
});
