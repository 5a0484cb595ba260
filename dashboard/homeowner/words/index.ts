import type { Language } from "@caretaker/protocol";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { fr } from "./fr.ts";
import { nl } from "./nl.ts";
import type { PageWords } from "./words.ts";

export type { PageWords } from "./words.ts";

const WORDS: Readonly<Record<Language, PageWords>> = { en, nl, de, fr };

export function wordsIn(language: Language): PageWords {
  return WORDS[language];
}

/** The first of the browser's languages that we have, for what is said before the hub has answered. */
export function browserLanguage(languages: readonly string[]): Language {
  const known = languages.map((language) => language.slice(0, 2).toLowerCase());
  return known.find((language): language is Language => Object.hasOwn(WORDS, language)) ?? "en";
}
