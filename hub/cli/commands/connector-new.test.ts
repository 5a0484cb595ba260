import { describe, expect, it } from "vitest";
import { runCli } from "../cli.ts";
import { renamed, wordsOf } from "./connector-new.ts";

async function make(name: string) {
  let err = "";
  const exit = await runCli(["connector", "new", name], {
    env: {},
    out: () => {},
    err: (text) => {
      err += text;
    },
    readFile: () => "",
    cwd: "/",
  });
  return { exit, err };
}

describe("connector new", () => {
  it.each(["control4", "home-assistant"])("leaves %s alone, which is there already", async (name) => {
    expect(await make(name)).toMatchObject({ exit: 2, err: expect.stringContaining("Choose another name") });
  });

  it.each(["Lamps", "my_make", "../lamps", "a/b", "a-", "a--b", "1a", "firm", "hub", "toy", "a".repeat(41)])(
    "takes %s for no name of a make",
    async (name) => {
      expect(await make(name)).toMatchObject({ exit: 2, err: expect.stringContaining("cannot be the name") });
    },
  );

  it("writes the name as each place wants it", () => {
    const words = wordsOf("my-make");
    const pattern = 'id: "toy", name: "Toy"; class ToyClient {} export const toy = startFakeToy(); // # Toy';

    expect(words).toEqual({ id: "my-make", camel: "myMake", pascal: "MyMake", title: "My make" });
    expect(renamed(pattern, words)).toBe(
      'id: "my-make", name: "My make"; class MyMakeClient {} export const myMake = startFakeMyMake(); // # My make',
    );
  });
});
