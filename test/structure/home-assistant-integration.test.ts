import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Language } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ROOT } from "./sources.ts";

const REPOSITORY = join(ROOT, "home-assistant-integration");
const FOLDER = join(REPOSITORY, "custom_components", "caretaker");
const read = (...path: string[]): string => readFileSync(join(...path), "utf8");
const python = readdirSync(FOLDER).filter((name) => name.endsWith(".py"));

/** As Home Assistant's own hassfest asks it of a custom integration: https://developers.home-assistant.io/docs/creating_integration_manifest */
const Manifest = z.strictObject({
  domain: z.literal("caretaker"),
  name: z.string().min(1),
  codeowners: z.array(z.string().startsWith("@")).min(1),
  config_flow: z.literal(true),
  dependencies: z.array(z.string()),
  documentation: z.url({ protocol: /^https$/ }),
  integration_type: z.enum(["device", "entity", "hardware", "helper", "hub", "service", "system", "virtual"]),
  iot_class: z.enum(["assumed_state", "calculated", "cloud_polling", "cloud_push", "local_polling", "local_push"]),
  issue_tracker: z.url({ protocol: /^https$/ }),
  // A home downloads nothing for it.
  requirements: z.array(z.string()).max(0),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
});

/** Every text by its place, such as `config.error.invalid_auth`. */
function texts(of: unknown, place = ""): [place: string, text: string][] {
  if (typeof of === "string") return [[place, of]];
  return Object.entries(of as object).flatMap(([key, value]) => texts(value, place === "" ? key : `${place}.${key}`));
}

const blanksOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();

describe("the Home Assistant integration", () => {
  it("has a manifest that Home Assistant takes, with its fields in the order that it wants", () => {
    const manifest = Manifest.parse(JSON.parse(read(FOLDER, "manifest.json")));
    const [first, second, ...rest] = Object.keys(JSON.parse(read(FOLDER, "manifest.json")));

    expect(manifest.version).toBe(JSON.parse(read(ROOT, "package.json")).version);
    expect([first, second]).toEqual(["domain", "name"]);
    expect(rest).toEqual(rest.toSorted());
  });

  it("depends on what it imports of Home Assistant's other integrations, and on nothing else", () => {
    const imported = python.flatMap((name) =>
      [...read(FOLDER, name).matchAll(/^from homeassistant\.components\.(\w+)/gm)].map((match) => match[1] ?? ""),
    );
    const platforms = ["binary_sensor", "button", "switch", "diagnostics"];
    const { dependencies } = Manifest.parse(JSON.parse(read(FOLDER, "manifest.json")));

    const others = new Set(imported.filter((name) => !platforms.includes(name)));
    expect(dependencies.toSorted()).toEqual([...others].sort());
  });

  it("asks HACS for the Home Assistant that it is tested with", () => {
    expect(JSON.parse(read(REPOSITORY, "hacs.json"))).toEqual({ name: "Caretaker", homeassistant: "2024.3.0" });
    expect(existsSync(join(FOLDER, "brand", "icon.png"))).toBe(true);
  });

  it("is written in English first", () => {
    expect(read(FOLDER, "strings.json")).toBe(read(FOLDER, "translations", "en.json"));
  });

  describe.each(Language.options)("in %s", (language) => {
    const english = new Map(texts(JSON.parse(read(FOLDER, "translations", "en.json"))));
    const translated = texts(JSON.parse(read(FOLDER, "translations", `${language}.json`)));

    it("has every text, and no other", () => {
      expect(translated.map(([place]) => place)).toEqual([...english.keys()]);
      expect(translated.filter(([, text]) => text.trim() === "")).toEqual([]);
    });

    it("leaves the same blanks", () => {
      const wrong = translated.filter(
        ([place, text]) => blanksOf(text).join() !== blanksOf(english.get(place) ?? "").join(),
      );

      expect(wrong).toEqual([]);
    });
  });

  it("has a text for each reason and each error that it gives", () => {
    const words = JSON.parse(read(FOLDER, "strings.json"));
    const said = (file: string, pattern: RegExp): string[] =>
      [...read(FOLDER, file).matchAll(pattern)].map((match) => match[1] ?? "");
    const flow = "config_flow.py";

    const errors = [...said(flow, /errors\["\w+"\] = "(\w+)"/g), ...said(flow, /None, \{"\w+": "(\w+)"\}/g)];
    expect(Object.keys(words.config.error).sort()).toEqual([...new Set(errors)].sort());

    const aborts = [...said(flow, /reason="(\w+)"/g), "already_configured"];
    expect(Object.keys(words.config.abort).sort()).toEqual([...new Set(aborts)].sort());

    const reasons = [...new Set(said("repairs.py", /reason="(\w+)"/g))].sort();
    for (const issue of [words.issues.question, words.issues.private_question])
      expect(Object.keys(issue.fix_flow.abort).sort()).toEqual(reasons);

    const exceptions = ["entity.py", "switch.py"].flatMap((file) => said(file, /translation_key="(\w+)"/g));
    expect(Object.keys(words.exceptions).sort()).toEqual([...new Set(exceptions)].sort());
  });

  it("says who speaks: the list is the agent's, and only the quotation is the firm's", () => {
    for (const language of Language.options) {
      const words = JSON.parse(read(FOLDER, "translations", `${language}.json`));
      const { description } = words.issues.question.fix_flow.step.init;

      expect(description).toMatch(/^> \{technician\}\s?: \{why\}$/m);
      expect(description.indexOf("{lines}")).toBeLessThan(description.indexOf("> {technician}"));
      expect(words.issues.private_question.fix_flow.step.init.description).toContain(description);
    }
  });

  it("has no service, so that nothing but a person answers", () => {
    expect(existsSync(join(FOLDER, "services.yaml"))).toBe(false);
    expect(python.filter((name) => read(FOLDER, name).includes("services.async_register"))).toEqual([]);
    expect(python.filter((name) => /\.answer\(/.test(read(FOLDER, name)))).toEqual(["repairs.py"]);
  });
});
