import { expect, it } from "vitest";
import { strangeWords } from "./strange-words.ts";

it.each<[string[], ReturnType<typeof strangeWords>]>([
  [[], { flags: {}, alone: [] }],
  [["--prot", "1", "--hosst=a=b"], { flags: { prot: "1", hosst: "a=b" }, alone: [] }],
  [["--quiet", "--loud", "now", "please"], { flags: { quiet: "", loud: "now" }, alone: ["please"] }],
  [["-x"], { flags: { x: "" }, alone: [] }],
])("finds in %j what no setting took", (words, expected) => {
  expect(strangeWords(words)).toEqual(expected);
});
