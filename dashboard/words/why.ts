import type { Illness, Language } from "@caretaker/protocol";

type Ill = Exclude<Illness, "integration_needs_sign_in"> | "device_silent";
type Sentence = (name: string, since: string) => string;

/** Why something is begun, as a homeowner reads it, each in their own language. */
const SENTENCES: Readonly<Record<Language, Readonly<Record<Ill, Sentence>>>> = {
  en: {
    device_silent: (name, since) => `${name} has not answered since ${since}.`,
    integration_silent: (name, since) => `${name} has not answered since ${since}.`,
    integration_half_silent: (name, since) => `Much of what belongs to ${name} has not answered since ${since}.`,
    integration_not_running: (name, since) => `${name} has not been running since ${since}.`,
  },
  nl: {
    device_silent: (name, since) => `${name} reageert niet sinds ${since}.`,
    integration_silent: (name, since) => `${name} reageert niet sinds ${since}.`,
    integration_half_silent: (name, since) => `Veel van wat bij ${name} hoort, reageert niet sinds ${since}.`,
    integration_not_running: (name, since) => `${name} werkt niet sinds ${since}.`,
  },
  de: {
    device_silent: (name, since) => `${name} reagiert seit ${since} nicht.`,
    integration_silent: (name, since) => `${name} reagiert seit ${since} nicht.`,
    integration_half_silent: (name, since) => `Vieles, was zu ${name} gehört, reagiert seit ${since} nicht.`,
    integration_not_running: (name, since) => `${name} funktioniert seit ${since} nicht.`,
  },
  fr: {
    device_silent: (name, since) => `${name} ne répond plus depuis ${since}.`,
    integration_silent: (name, since) => `${name} ne répond plus depuis ${since}.`,
    integration_half_silent: (name, since) =>
      `Une grande partie de ce qui dépend de ${name} ne répond plus depuis ${since}.`,
    integration_not_running: (name, since) => `${name} ne fonctionne plus depuis ${since}.`,
  },
};

const LONG_AGO = 12 * 3_600_000;

interface Home {
  readonly language: Language;
  readonly timeZone: string;
}

/** The sentence with which a technician begins, unless he has a better one. By the clock of the home. */
export function whyItIsBegun(ill: Ill, name: string, since: string, { language, timeZone }: Home, now: number): string {
  const isLongAgo = now - Date.parse(since) > LONG_AGO;
  const day = { weekday: "long", day: "numeric", month: "long" } as const;
  const options = { ...(isLongAgo ? day : {}), hour: "2-digit", minute: "2-digit", timeZone } as const;
  const locale = language === "en" ? "en-GB" : language;
  return SENTENCES[language][ill](name, new Intl.DateTimeFormat(locale, options).format(new Date(since)));
}
