import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LIMITS, parseYaml } from "./parse.ts";

function codes(text: string): string[] {
  const parsed = parseYaml("test.yaml", text);
  return parsed.ok ? [] : parsed.mistakes.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

describe("reading a runbook's file", () => {
  it("knows YAML 1.2: `on` and `yes` are words", () => {
    const parsed = parseYaml("test.yaml", "state: on\nanswer: yes\nis: true\nnumber: 0o14\n");

    expect(parsed).toMatchObject({ ok: true, document: { state: "on", answer: "yes", is: true, number: 12 } });
  });

  it.each([
    ["an anchor", "a: &x 1\n", ["1:7 anchor"]],
    ["an alias", "a: &x 1\nb: *x\n", ["1:7 anchor", "2:4 anchor"]],
    ["a tag", "a: 1\nb: !!str 1\n", ["2:10 tag"]],
    ["a tag of its own", "b: !thing x\n", ["1:11 tag"]],
    ["a merge", "b:\n  <<: { a: 1 }\n", ["2:3 merge"]],
    ["a key twice", "a: 1\nb: 2\na: 3\n", ["3:1 duplicate_key"]],
    ["a key that is a list", "? [a]\n: 1\n", ["1:3 not_json"]],
    ["no number", "a: .nan\n", ["1:4 not_json"]],
    ["an endless number", "a: .inf\n", ["1:4 not_json"]],
    ["two documents", "a: 1\n---\nb: 2\n", ["2:1 not_yaml"]],
    ["a tab", "a:\n\tb: 1\n", ["2:1 not_yaml"]],
    ["a list instead of a map", "- a\n", ["1:1 wrong_value"]],
    ["nothing", "", ["1:1 wrong_value"]],
    [
      "a name of the language's own",
      "a: 1\n__proto__: { x: 1 }\nconstructor: 2\n",
      ["2:1 forbidden_key", "3:1 forbidden_key"],
    ],
  ])("refuses %s, and says where", (_, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it("leaves the prototype of everything as it is", () => {
    parseYaml("test.yaml", "__proto__: { polluted: true }\nconstructor: { prototype: { polluted: true } }\n");

    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    ["brackets", "[".repeat(20_000)],
    ["braces", "{a: ".repeat(10_000)],
    ["dashes", "- ".repeat(20_000)],
    ["questions", "? ".repeat(20_000)],
    ["indentation", Array.from({ length: 200 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
    ["size", `a: ${"x".repeat(LIMITS.bytes)}`],
    [
      "values",
      Array.from({ length: 6000 }, (_, index) => `k${index}: 1`)
        .join("\n")
        .slice(0, LIMITS.bytes),
    ],
    ["items", `a: [${"1,".repeat(20_000)}]`],
    ["aliases", `a: &a [x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*a, *a]`).join("\n")}`],
  ])("refuses a bomb of %s within 50 ms of CPU", (_, text) => {
    const before = process.threadCpuUsage();
    const parsed = parseYaml("test.yaml", text);
    const { user, system } = process.threadCpuUsage(before);

    expect(parsed.ok).toBe(false);
    expect((user + system) / 1000).toBeLessThan(50);
  });

  it("never throws and never hangs, whatever it is given", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300, unit: fc.constantFrom(..."ab:-?&*!|>'\"%@`{}[],# \n\t$0.~<".split("")) }),
        (text) => {
          const parsed = parseYaml("test.yaml", text);
          return parsed.ok || parsed.mistakes.every(({ line, column }) => line >= 1 && column >= 1);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("gives back what JSON gives", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.jsonValue({ maxDepth: 3 })), (value) => {
        const isPlain = !/"(__proto__|constructor|prototype|<<)":/.test(JSON.stringify(value));
        const parsed = parseYaml("test.yaml", JSON.stringify(value));
        if (isPlain) expect(parsed).toMatchObject({ ok: true, document: JSON.parse(JSON.stringify(value)) });
      }),
      { numRuns: 200 },
    );
  });
});

describe("a file full of mistakes", () => {
  it("has its first hundred told, and that there are more", () => {
    const parsed = parseYaml("test.yaml", Array.from({ length: 300 }, (_, index) => `k${index}: *nobody`).join("\n"));

    const mistakes = parsed.ok ? [] : parsed.mistakes;
    expect(mistakes).toHaveLength(101);
    expect(mistakes.at(-1)).toMatchObject({ code: "more_mistakes" });
  });
});
