import { describe, expect, it } from "vitest";
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
