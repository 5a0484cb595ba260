import { describe, expect, it } from "vitest";
import { matchRows } from "./matching.ts";

const row = (key: string, ...marks: string[]) => ({ key, marks });
const names = (rows: ReturnType<typeof row>[], reports: ReturnType<typeof row>[]) =>
  Object.fromEntries([...matchRows(rows, reports)].map(([key, found]) => [key, found.key]));

describe("which row a reported thing is", () => {
  it.each([
    { says: "the one with its key", rows: [row("a", "m")], reports: [row("a")], is: { a: "a" } },
    {
      says: "the one with its mark whose key vanished",
      rows: [row("a", "m")],
      reports: [row("b", "m")],
      is: { b: "a" },
    },
    { says: "none without a shared mark", rows: [row("a", "m")], reports: [row("b", "n")], is: {} },
    {
      says: "its key's row even where another carries its mark",
      rows: [row("a", "m"), row("b")],
      reports: [row("b", "m")],
      is: { b: "b" },
    },
    {
      says: "not one whose own key is still reported",
      rows: [row("a", "m")],
      reports: [row("a", "m"), row("b", "m")],
      is: { a: "a" },
    },
    {
      says: "none where two vanished rows carry the mark",
      rows: [row("a", "m"), row("b", "m")],
      reports: [row("c", "m")],
      is: {},
    },
    {
      says: "given once, to the first that claims it",
      rows: [row("a", "m", "n")],
      reports: [row("b", "m"), row("c", "n")],
      is: { b: "a" },
    },
  ])("is $says", ({ rows, reports, is }) => {
    expect(names(rows, reports)).toEqual(is);
  });
});
