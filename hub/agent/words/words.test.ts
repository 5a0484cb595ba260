import { ACTION_NAMES, HUB_ALONE, Language } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { WORDS } from "./index.ts";

/** Every place where a word stands, as `question.allow`. */
function placesOf(words: object, path = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) => {
    const place = path === "" ? key : `${path}.${key}`;
    return typeof value === "object" && value !== null ? placesOf(value, place) : [place];
  });
}

describe.each(Language.options)("the agent's words in %s", (language) => {
  const words = WORDS[language];

  it("are all there", () => {
    expect(placesOf(words)).toEqual(placesOf(WORDS.en));
    expect(Object.keys(words.acts).sort()).toEqual([...ACTION_NAMES].sort());
    expect(Object.keys(words.alone.levels)).toEqual([...HUB_ALONE]);
  });

  it("are none of them empty, and sentences end as sentences do", () => {
    const thing = words.thing({ kind: "entity", name: "Lamp", room: "Hall", isOwn: true });

    expect(thing).toContain("Lamp");
    expect(thing).toContain("Hall");
    for (const capability of ACTION_NAMES) expect(words.acts[capability](thing)).toMatch(/^\S.*\.$/);
    for (const problem of Object.values(words.problems)) expect(problem).toMatch(/^\S.*\.$/);
  });

  it("are translated", () => {
    if (language === "en") return;
    const same = Object.entries(words.problems).filter(
      ([key, said]) => said === Object.entries(WORDS.en.problems).find(([one]) => one === key)?.[1],
    );

    expect(same).toEqual([]);
  });
});
