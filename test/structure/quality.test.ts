import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ROOT } from "./sources.ts";

const Rule = z.discriminatedUnion("status", [
  z.strictObject({ status: z.literal("done"), where: z.string() }),
  z.strictObject({ status: z.enum(["todo", "exempt"]), reason: z.string().min(10).endsWith(".") }),
]);
type Rule = z.infer<typeof Rule>;
const Rung = z.record(z.string(), Rule);
const Quality = z.strictObject({
  connector: z.string(),
  ladder: z.strictObject({ bronze: Rung, silver: Rung, gold: Rung, platinum: Rung }),
});

/** The rules that every make is held against; others are a make's own. */
const COMMON = {
  bronze: [
    "manifest",
    "common-suite",
    "fake-gateway",
    "live-checklist",
    "readme-says-what-it-cannot-do",
    "secrets-never-shown",
    "errors-say-what-to-do",
  ],
  silver: [
    "refused-credentials-not-retried",
    "half-open-found-within-30-seconds",
    "garbage-survived",
    "restart-told-from-loss",
    "acts-sent-once",
  ],
  gold: ["devices-and-rooms", "diagnostics-redacted", "stock-runbooks"],
  platinum: ["fake-held-against-the-real-one", "discovery"],
} as const;

interface Made {
  readonly folder: string;
  /** What a file of it says; empty where there is none. */
  text(name: string): string;
}

/** How a make's simulated gateway begins, for the common questions. */
const DESCRIBED = /export const described: DescribedConnector\b/;

/** What has to be there, beyond the file that is named, before a rule counts as done. */
const REALITY: Readonly<Record<string, (made: Made) => boolean>> = {
  manifest: ({ text }) => /export const manifest\b/.test(text("manifest.ts")),
  "common-suite": ({ text }) =>
    text("connector.test.ts").includes("describeConnector(described)") && DESCRIBED.test(text("test-described.ts")),
  "secrets-never-shown": ({ text }) => text("test-described.ts").includes("wrongSecret"),
  "acts-sent-once": ({ text }) => text("test-described.ts").includes("acts:"),
  "fake-gateway": ({ text }) => /\bstart[A-Z]\w+/.test(text("fake-gateway/index.ts")),
  "live-checklist": ({ text }) => text("checklist.ts").includes("walkChecklist(") && /test: \w+/.test(text("index.ts")),
  "readme-says-what-it-cannot-do": ({ text }) => /^## What it cannot do\n\n(- .+\n?)+/m.test(text("README.md")),
  "errors-say-what-to-do": ({ text }) => text("words.ts").includes("nextAfter"),
  "half-open-found-within-30-seconds": ({ folder }) => testsSay(folder, /silent|half.open|cut|pulse|answers? nothing/i),
  "garbage-survived": ({ folder }) => testsSay(folder, /garbage|nonsense|not understand|not understood/i),
  "stock-runbooks": ({ folder }) => readdirSync(join(folder, "runbooks")).some((name) => name.endsWith(".yaml")),
  "independent-client-accepts-the-fake": ({ folder }) => testsSay(folder, /require\.ts"/),
};

/** The makes, and what a new one begins as. */
const made = [...readdirSync(join(ROOT, "connectors")).map((id) => `connectors/${id}`), "hub/cli/new-connector"];

function testsSay(folder: string, what: RegExp): boolean {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && !name.includes("node_modules"))
    .some((name) => what.test(readFileSync(join(folder, name), "utf8")));
}

describe.each(made)("the quality ladder of %s", (path) => {
  const folder = join(ROOT, path);
  const text = (name: string): string => {
    const file = join(folder, name);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  };
  const quality = Quality.parse(JSON.parse(text("quality.json")));
  const rules = Object.values(quality.ladder).flatMap((rung) => Object.entries(rung));

  it("is of this connector", () => {
    expect(text("manifest.ts")).toContain(`id: "${quality.connector}"`);
  });

  it("leaves out no rule that is the same for every make", () => {
    for (const [rung, names] of Object.entries(COMMON))
      expect(Object.keys(quality.ladder[rung as keyof typeof COMMON])).toEqual(expect.arrayContaining([...names]));
  });

  it.each(rules.filter(([, { status }]) => status === "done"))("%s is done where it says", (rule, judged) => {
    const where = join(folder, (judged as Extract<Rule, { status: "done" }>).where);

    expect(existsSync(where)).toBe(true);
    expect(statSync(where).isDirectory() ? readdirSync(where).length : statSync(where).size).toBeGreaterThan(0);
    expect(REALITY[rule]?.({ folder, text }) ?? true).toBe(true);
  });

  it("calls nothing to do that is there already", () => {
    const hasRunbooks = existsSync(join(folder, "runbooks"));

    expect(quality.ladder.gold["stock-runbooks"]?.status).toBe(hasRunbooks ? "done" : "todo");
  });
});
