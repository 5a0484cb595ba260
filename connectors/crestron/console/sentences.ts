import type { CapabilityInput } from "@caretaker/protocol";

type Sentence = CapabilityInput<"panel.message">["sentence"];
type Language = CapabilityInput<"panel.message">["language"];

/** All that can be written on a screen. Without accents: which characters a console takes is in no source. */
export const SENTENCES: Readonly<Record<Language, Readonly<Record<Sentence, string>>>> = {
  en: {
    working: "We are working on your system.",
    wait: "One moment, please.",
    restarting: "Your system restarts in a moment.",
    done: "We are done. Thank you.",
  },
  nl: {
    working: "We werken aan uw systeem.",
    wait: "Een ogenblik, alstublieft.",
    restarting: "Uw systeem start zo opnieuw op.",
    done: "We zijn klaar. Dank u.",
  },
  de: {
    working: "Wir arbeiten an Ihrem System.",
    wait: "Einen Moment, bitte.",
    restarting: "Ihr System startet gleich neu.",
    done: "Wir sind fertig. Danke.",
  },
  fr: {
    working: "Nous travaillons sur votre installation.",
    wait: "Un instant, merci.",
    restarting: "Votre installation revient dans un instant.",
    done: "Nous avons fini. Merci.",
  },
};

/** Looked up: whatever is given, what comes back is one of sixteen sentences. */
export function sentenceOf(language: unknown, sentence: unknown): string {
  const inLanguage = Object.entries(SENTENCES).find(([name]) => name === language)?.[1];
  const found = Object.entries(inLanguage ?? {}).find(([name]) => name === sentence)?.[1];
  if (found === undefined) throw new RangeError("There is no such sentence");
  return found;
}
