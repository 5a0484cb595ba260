import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildChain, buildFile } from "@caretaker/server/ledger/test-chain.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./cli.ts";

async function run(words: string[], env: Record<string, string> = {}) {
  let out = "";
  let err = "";
  const exit = await runCli(words, {
    env,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readFile: () => "a-key\n",
    cwd: "/",
  });
  return { exit, out, err };
}

describe("the command line", () => {
  it("says how it is used when it is not understood, with exit code 2", async () => {
    expect(await run(["sites"])).toMatchObject({ exit: 2, err: expect.stringContaining("unknown command") });
    expect(await run(["site", "list", "--bogus"])).toMatchObject({ exit: 2 });
  });

  it("helps with exit code 0", async () => {
    expect(await run(["--help"])).toMatchObject({ exit: 0, out: expect.stringContaining("ledger") });
  });

  it("wants an API key for what needs a hub, with exit code 2", async () => {
    expect(await run(["site", "list"])).toMatchObject({
      exit: 2,
      err: expect.stringContaining("CARETAKER_API_KEY"),
    });
  });

  it("says that no hub answers, with exit code 3", async () => {
    const answer = await run(["site", "list", "--url", "http://127.0.0.1:1"], { CARETAKER_API_KEY_FILE: "key" });

    expect(answer).toMatchObject({ exit: 3, err: expect.stringContaining("No hub answers at http://127.0.0.1:1") });
  });
});

describe("ledger verify FILE", () => {
  const { entries } = buildChain(12);
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ledger-"));
    await writeFile(join(folder, "whole"), `${buildFile(entries).join("\n")}\n`);
    await writeFile(join(folder, "changed"), buildFile(entries).join("\n").replace("word 5", "word 6"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("needs no hub and no key, and says where a homeowner's code stands", async () => {
    const code = `${entries[7]?.hash.slice(0, 4)}-${entries[7]?.hash.slice(4, 8)}`;

    const answer = await run(["ledger", "verify", join(folder, "whole"), "--code", code]);

    expect(answer).toMatchObject({ exit: 0, out: expect.stringContaining("when entry 8 was written") });
  });

  it("names the first bad entry, with exit code 1", async () => {
    const answer = await run(["ledger", "verify", join(folder, "changed")]);

    expect(answer).toMatchObject({ exit: 1, out: expect.stringContaining("entry 5: its payload was changed") });
  });

  it("answers a file that is not there and a code that is none with exit code 2", async () => {
    expect(await run(["ledger", "verify", join(folder, "absent")])).toMatchObject({ exit: 2 });
    expect(await run(["ledger", "verify", join(folder, "whole"), "--code", "xyz"])).toMatchObject({ exit: 2 });
    expect(await run(["ledger", "verify", "--code", "3f2a-91bc"])).toMatchObject({ exit: 2 });
  });
});
