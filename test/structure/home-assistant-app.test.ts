import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Language } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { dockerfile } from "./dockerfile.ts";
import { AppConfig, AppRepository, AppTranslation, safetyOf } from "./home-assistant-app-fields.ts";
import { ROOT } from "./sources.ts";

const REPOSITORY = join(ROOT, "home-assistant-app");
const APP = join(REPOSITORY, "caretaker-agent");
const read = (...path: string[]): string => readFileSync(join(...path), "utf8");
const config = (): AppConfig => AppConfig.parse(parse(read(APP, "config.yaml")));

/** Width and height, as a PNG says them in its first chunk. */
function sizeOf(picture: string): { width: number; height: number } {
  const bytes = readFileSync(picture);
  expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

describe("the Home Assistant app", () => {
  it("is a repository that Home Assistant takes, with one configuration in it", () => {
    const configurations = readdirSync(REPOSITORY, { recursive: true, encoding: "utf8" }).filter((name) =>
      /(?:^|\/)config\.(?:yaml|yml|json)$/.test(name),
    );

    expect(() => AppRepository.parse(parse(read(REPOSITORY, "repository.yaml")))).not.toThrow();
    expect(configurations).toEqual(["caretaker-agent/config.yaml"]);
  });

  it("has only fields that are published, and the version of the project", () => {
    const { version, ingress_port, watchdog } = config();

    expect(version).toBe(JSON.parse(read(ROOT, "package.json")).version);
    expect(watchdog).toContain(`[PORT:${ingress_port}]`);
  });

  it.each([
    ["host_network: true", "the network of the host"],
    ["hassio_role: manager", "the Supervisor's settings"],
    ["privileged: [NET_ADMIN]", "a privilege"],
    ["docker_api: true", "Docker"],
    ["apparmor: false", "no profile"],
  ])("would be counted less safe with %s", (line) => {
    const worse = AppConfig.parse({ ...config(), ingress: false, ...parse(line) });

    expect(safetyOf(worse, false)).toBeLessThan(5);
  });

  it("is as safe as the Supervisor can count", () => {
    expect(safetyOf(config(), existsSync(join(APP, "apparmor.txt")))).toBe(6);
  });

  it("asks for Home Assistant and nothing of the machine", () => {
    const harmless = new Set([
      ...["name", "version", "slug", "description", "arch", "url", "image", "homeassistant", "homeassistant_api"],
      ...["startup", "boot", "init", "ingress", "ingress_port", "ingress_stream", "panel_title", "panel_icon"],
      ...["panel_admin", "watchdog", "backup_exclude", "options", "schema"],
    ]);

    expect(Object.keys(config()).filter((field) => !harmless.has(field))).toEqual([]);
    expect(config().panel_admin).toBe(true);
    // Another first process would need a capability more, to tell the agent to end.
    expect(config().init).toBe(false);
  });

  it("leaves the home's key and what was decided with it out of backups", () => {
    const store = read(ROOT, "hub", "agent", "store", "store.ts");
    const { key, home, acts } = Object.fromEntries(
      [...store.matchAll(/(\w+): "(\w+\.jsonl?)"/g)].map((match) => [match[1], match[2]]),
    );

    expect(config().backup_exclude).toEqual([key, home, acts]);
  });

  it("has a profile of its own, for the app's name, that gives no shell and no other folder", () => {
    const profile = read(APP, "apparmor.txt");
    const rules = profile
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#"));
    const executes = rules
      .filter((rule) => /^\/\S* [rwmkl]*i?[xpcu]+x?,$/.test(rule))
      .map((rule) => rule.split(" ")[0]);
    const writes = rules.filter((rule) => /^\/\S* [a-z]*w[a-z]*,$/.test(rule)).map((rule) => rule.split(" ")[0]);

    expect(profile).toContain(`profile ${config().slug} flags=(attach_disconnected,mediate_deleted) {`);
    expect(executes).toEqual(["/usr/local/bin/node"]);
    expect(writes).toEqual(["/data/", "/data/**", "/tmp/", "/tmp/**"]);
    expect(rules.filter((rule) => rule === "file," || rule === "network," || rule === "capability,")).toEqual([]);
    expect(profile.match(/[{]/g)?.length).toBe(profile.match(/[}]/g)?.length ?? 0);
  });

  it.each(Language.options)("names every option in %s", (language) => {
    const { configuration } = AppTranslation.parse(parse(read(APP, "translations", `${language}.yaml`)));

    expect(Object.keys(configuration)).toEqual(Object.keys(config().schema || {}));
  });

  it("documents every option, and has what the store shows", () => {
    const docs = read(APP, "DOCS.md");

    expect(Object.keys(config().schema || {}).filter((option) => !docs.includes(`\`${option}\``))).toEqual([]);
    expect(read(APP, "CHANGELOG.md")).toContain(`## ${config().version}`);
    expect(existsSync(join(APP, "README.md"))).toBe(true);
    expect(sizeOf(join(APP, "icon.png"))).toEqual({ width: 128, height: 128 });
    expect(sizeOf(join(APP, "logo.png"))).toEqual({ width: 250, height: 100 });
  });

  it("is the agent's own image of the same version, without a shell in its first process", () => {
    const steps = dockerfile(read(APP, "Dockerfile"));
    const words = (name: string): string[] => steps.filter((step) => step.name === name).map((step) => step.words);

    expect(words("FROM")).toEqual([`ghcr.io/caretaker-hub/agent:${config().version}`]);
    expect(words("ENTRYPOINT")).toEqual([
      '["node", "--max-semi-space-size=1", "--optimize-for-size", "hub/agent/home-assistant-app.ts"]',
    ]);
    expect(words("ADD").concat(words("RUN"), words("COPY"))).toEqual([]);
  });
});
