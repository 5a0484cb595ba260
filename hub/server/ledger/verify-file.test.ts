import { describe, expect, it } from "vitest";
import { shortCode } from "./canonical.ts";
import { buildChain, buildFile } from "./test-chain.ts";
import { isWhole, verifyLedgerFile } from "./verify-file.ts";

const { entries } = buildChain(40);
const FILE = buildFile(entries);

async function* linesOf(lines: readonly string[]) {
  yield* lines;
}

const verify = (lines: readonly string[], code?: string) => verifyLedgerFile(linesOf(lines), code);
const changed = (at: number, change: (line: string) => string): string[] =>
  FILE.map((line, index) => (index === at ? change(line) : line));

describe("checking an exported ledger", () => {
  it("finds a whole one whole, and says of what and of when it is", async () => {
    const checked = await verify(FILE);

    expect(isWhole(checked)).toBe(true);
    expect(checked).toMatchObject({
      title: "Canal house",
      exportedAt: "2026-11-24T08:00:00.000Z",
      verdict: { entries: 40, code: shortCode(entries[39]?.hash ?? "") },
    });
  });

  it("does not mind how a line spells its JSON", async () => {
    const respelt = FILE.map((line) =>
      JSON.stringify(
        JSON.parse(line, (_, value) => value),
        null,
        1,
      ).replaceAll("\n", " "),
    );

    expect(isWhole(await verify(respelt))).toBe(true);
  });

  it("says where the head stands that a homeowner was told, and that it is not there", async () => {
    const told = shortCode(entries[20]?.hash ?? "");

    expect((await verify(FILE, told)).verdict).toMatchObject({ whole: true, witnessed: 21 });
    expect((await verify(FILE, "0000-0000")).verdict).toMatchObject({ whole: false, witnessed: null });
  });

  it("names the first bad entry, wherever somebody changed one", async () => {
    for (let number = 1; number <= 40; number += 1) {
      const checked = await verify(changed(number, (line) => line.replace(`word ${number}"`, 'other"')));

      expect(checked.verdict?.firstBad?.number).toBe(number);
      expect(checked.damage?.line).toBe(42);
    }
  });

  it("finds any one letter that was changed, in any line", async () => {
    for (let at = 0; at < FILE.length; at += 1) {
      const length = FILE[at]?.length ?? 0;
      for (let place = at % 29; place < length; place += 29) {
        const other = FILE[at]?.[place] === "1" ? "2" : "1";
        const lines = changed(at, (line) => `${line.slice(0, place)}${other}${line.slice(place + 1)}`);

        expect(isWhole(await verify(lines)), `line ${at + 1}, letter ${place}`).toBe(false);
      }
    }
  });

  it("finds a line that is gone, twice there, or in another's place, and a tail that was cut off", async () => {
    const swapped = [...FILE];
    [swapped[5], swapped[6]] = [FILE[6] ?? "", FILE[5] ?? ""];

    expect((await verify(FILE.toSpliced(9, 1))).verdict?.firstBad?.number).toBe(9);
    expect((await verify(FILE.toSpliced(9, 0, FILE[9] ?? ""))).verdict?.firstBad?.number).toBe(9);
    expect((await verify(swapped)).verdict?.firstBad?.number).toBe(5);
    expect((await verify(FILE.slice(0, 30))).verdict?.firstBad?.number).toBe(30);
    expect((await verify(FILE.slice(0, 30))).damage).toMatchObject({
      line: 31,
      why: expect.stringContaining("cut short"),
    });
  });

  it("finds a tail that was cut off with care only by the code that a homeowner has", async () => {
    const told = shortCode(entries[38]?.hash ?? "");
    const cut = buildFile(entries.slice(0, 30));

    expect(isWhole(await verify(cut))).toBe(true);
    expect((await verify(cut, told)).verdict?.firstBad?.why).toContain(told);
  });

  it("says what was erased, when and by which entry, and finds what is gone without a word", async () => {
    const lines = changed(7, (line) => {
      const entry = JSON.parse(line);
      return JSON.stringify({ ...entry, payload: null, salt: null, erasedAt: entry.at });
    });

    expect((await verify(lines)).verdict?.firstBad).toMatchObject({ number: 7, why: expect.stringContaining("gone") });
  });

  it.each([
    ["nothing", [], "cut short"],
    ["no JSON", ["hello"], "not JSON"],
    ["another file", ['{"a":1}'], "not a line of an exported ledger"],
    ["no head", FILE.slice(1), "begins with its head"],
    ["a second head", [FILE[0] ?? "", ...FILE], "second head"],
    ["more after the end", [...FILE, FILE[1] ?? ""], "after the end"],
  ])("refuses a file with %s, and says in which line", async (_, lines, why) => {
    const { damage } = await verify(lines);

    expect(damage?.why).toContain(why);
  });
});
