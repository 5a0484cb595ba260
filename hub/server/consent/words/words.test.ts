import { CAPABILITIES, Language, RunOutcome } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { type Thing, wordsIn } from "./index.ts";

const THING: Thing = { kind: "entity", name: "Plug", room: "Hall", feeds: { name: "Lamp", room: null } };

/** Every sentence of a language, with its functions called on something plausible. */
function sentences(value: unknown, path: string): [path: string, words: string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") {
    const [thing, text] = [path.includes("acts") || path.includes("canBeUndone"), "Bright Homes"];
    return [
      [
        path,
        String(
          thing ? value(THING) : value(path.includes("minutes") || path.includes("atMost") ? 5 : text, text, text),
        ),
      ],
    ];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => sentences(inner, `${path}.${key}`));
}

describe("what the hub says to homeowners", () => {
  it.each(Language.options)("in %s has no word that only a technician knows", (language) => {
    const technical =
      /gateway|integration|entit[yiéä]|runbook|token|server|api\b|json|database|reload|reboot|bridge|firmware|consent\b|hub\b/i;

    expect(sentences(wordsIn(language), "").filter(([, words]) => technical.test(words))).toEqual([]);
  });

  it.each(Language.options.filter((language) => language !== "en"))("in %s leaves nothing in English", (language) => {
    const english = new Map(sentences(wordsIn("en"), ""));

    const same = sentences(wordsIn(language), "").filter(([path, words]) => english.get(path) === words);

    expect(same).toEqual([]);
  });

  it.each(Language.options)("in %s has a sentence for every action and every outcome", (language) => {
    const { acts, outcomes } = wordsIn(language);
    const actions = Object.entries(CAPABILITIES).filter(([, { kind }]) => kind === "action");

    expect(actions.map(([name]) => name).filter((name) => !Object.hasOwn(acts, name))).toEqual([]);
    expect(RunOutcome.options.filter((outcome) => outcomes[outcome] === undefined)).toEqual([]);
  });

  it.each(Language.options)("in %s names the thing that is fed, not only its switch", (language) => {
    expect(wordsIn(language).acts["power.cycle"]?.(THING)).toMatch(/Lamp.*Plug/);
  });
});
