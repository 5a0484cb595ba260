import type { Language } from "@caretaker/protocol";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { fr } from "./fr.ts";
import { nl } from "./nl.ts";
import type { AgentWords, WordsByLanguage } from "./words.ts";

export type { AgentWords, ProblemWord, SwitchWord } from "./words.ts";

export const WORDS: WordsByLanguage = { en, nl, de, fr };

export function wordsIn(language: Language): AgentWords {
  return WORDS[language];
}
