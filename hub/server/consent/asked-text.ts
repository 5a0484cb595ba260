import type { Language, ProposedAct, Text } from "@caretaker/protocol";
import { inLanguage } from "@caretaker/protocol";
import { type Thing, wordsIn } from "./words/index.ts";

/** What a homeowner is asked, word for word. Kept with the request and in the ledger, and shown by the page. */
export interface AskedText {
  readonly technician: string;
  readonly firm: string;
  readonly phone: string | null;
  readonly home: string;
  readonly homeownerName: string;
  readonly why: string;
  readonly what: readonly string[];
  readonly notice: readonly string[];
  readonly minutes: number;
  readonly seen: readonly string[];
  readonly undo: readonly string[];
  readonly ifNo: string;
}

export interface AskedFacts
  extends Pick<AskedText, "technician" | "firm" | "phone" | "home" | "homeownerName" | "why"> {
  readonly language: Language;
  /** The runbook's own sentence for the homeowner, and that of the step which asks. */
  readonly tell: Text | null;
  readonly stepTell: Text | undefined;
  readonly acts: readonly { readonly act: ProposedAct; readonly thing: Thing }[];
  /** Who published the runbook without anybody else, in a firm of one. */
  readonly aloneBy: string | null;
  readonly isPrivate: boolean;
  readonly limitSeconds: number;
}

/** Pure: the facts of a question in sentences of the homeowner's language. */
export function composeAskedText(facts: AskedFacts): AskedText {
  const { language, tell, stepTell, acts, aloneBy, isPrivate, limitSeconds, ...named } = facts;
  const words = wordsIn(language);
  const felt = acts.flatMap(({ act }) => (act.felt === null ? [] : [inLanguage(act.felt, language)]));
  const notice = unique([...(stepTell === undefined ? [] : [inLanguage(stepTell, language)]), ...felt]);
  return {
    technician: named.technician,
    firm: named.firm,
    phone: named.phone,
    home: named.home,
    homeownerName: named.homeownerName,
    why: named.why,
    what: unique([
      ...(tell === null ? [] : [inLanguage(tell, language)]),
      ...acts.map(({ act, thing }) => {
        const times = act.tries > 1 ? ` ${words.atMost(act.tries)}` : "";
        return `${actSentence(language, act.capability, thing)}${times}`;
      }),
      ...(aloneBy === null ? [] : [words.nobodyElseLooked(aloneBy)]),
    ]),
    notice: notice.length > 0 ? notice : [words.noticeNothing],
    minutes: Math.max(1, Math.ceil(limitSeconds / 60)),
    seen: isPrivate ? [...words.seen, words.seenPrivate] : words.seen,
    undo: unique(
      acts.flatMap(({ act, thing }) => {
        if (act.undo !== null) return [words.canBeUndone(thing)];
        return act.irreversible === null ? [] : [words.cannotBeUndone(inLanguage(act.irreversible, language))];
      }),
    ),
    ifNo: words.ifNo,
  };
}

export function actSentence(language: Language, capability: string, thing: Thing): string {
  const { acts } = wordsIn(language);
  const sentence = Object.hasOwn(acts, capability) ? acts[capability] : undefined;
  return (sentence ?? acts.other)(thing);
}

function unique(sentences: readonly string[]): string[] {
  return [...new Set(sentences)];
}
