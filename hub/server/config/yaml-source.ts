import type { FieldMistake } from "@caretaker/protocol";
import { isMap, isScalar, LineCounter, parseDocument, type YAMLError } from "yaml";
import type { Given, Source } from "./load-config.ts";
import { nearest } from "./nearest.ts";
import { type SettingKey, settings } from "./settings.ts";

/** Reads the settings of a YAML file; each value and each mistake knows its line. */
export function readYaml(name: string, text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number | undefined): string => `${name}:${lines.linePos(offset ?? 0).line}`;
  const given: Partial<Record<SettingKey, Given>> = {};
  // What follows the first is mostly its echo.
  const error = document.errors[0];
  if (error) return { given, mistakes: [{ path: at(error.pos[0]), message: inWords(error) }] };
  if (document.contents === null) return { given, mistakes: [] };
  if (!isMap(document.contents)) {
    return { given, mistakes: [{ path: at(0), message: "must be a list of settings, like `port: 4400`" }] };
  }
  const mistakes: FieldMistake[] = [];
  for (const { key, value } of document.contents.items) {
    const word = isScalar(key) ? String(key.value) : "?";
    const origin = at(isScalar(key) ? key.range?.[0] : undefined);
    const setting = settings.find((one) => one.key === word);
    // A key without a value is one that is not set.
    if (!setting) mistakes.push({ path: origin, message: unknownKey(word) });
    else if (value === null || (isScalar(value) && value.value === null)) continue;
    else if (isScalar(value)) given[setting.key] = { value: value.value, origin };
    else mistakes.push({ path: origin, message: `${word} must be a single value` });
  }
  return { given, mistakes };
}

function unknownKey(word: string): string {
  const hint = nearest(
    word,
    settings.map((one) => one.key),
  );
  return `${word} is not a setting${hint ? `; did you mean ${hint}?` : ""}`;
}

function inWords({ code, message }: YAMLError): string {
  if (code === "DUPLICATE_KEY") return "names a setting that stands further up already";
  return `is not YAML: ${message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "")}`;
}
