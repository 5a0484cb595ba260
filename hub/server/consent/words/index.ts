import type { Language } from "@caretaker/protocol";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { fr } from "./fr.ts";
import { nl } from "./nl.ts";
import type { HomeownerWords } from "./words.ts";

export type { HomeownerWords, Thing } from "./words.ts";

const WORDS: Readonly<Record<Language, HomeownerWords>> = { en, nl, de, fr };

export function wordsIn(language: Language): HomeownerWords {
  return WORDS[language];
}
