import { z } from "zod";

/** The languages a homeowner can be written to in. English is what every text falls back to. */
export const Language = z.enum(["en", "nl", "de", "fr"]);
export type Language = z.infer<typeof Language>;

/** Words for a person: one string for every language, or one per language with at least English. */
export const Text = z.union([
  z.string().min(1).max(2000),
  z.strictObject({
    en: z.string().min(1).max(2000),
    nl: z.string().min(1).max(2000).optional(),
    de: z.string().min(1).max(2000).optional(),
    fr: z.string().min(1).max(2000).optional(),
  }),
]);
export type Text = z.infer<typeof Text>;

/** The words of `text` in `language`, or in English where they were not translated. */
export function inLanguage(text: Text, language: Language): string {
  return typeof text === "string" ? text : (text[language] ?? text.en);
}
