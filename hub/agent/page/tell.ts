import {
  type CapabilityDeclaration,
  type CapabilityName,
  type GatewayId,
  inLanguage,
  type Language,
} from "@caretaker/protocol";
import { gatewayIn } from "../guard/grants.ts";
import type { KeptQuestion, NamedThing } from "../store/home-state.ts";
import type { JournalEntry } from "../store/records.ts";
import { type AgentWords, wordsIn } from "../words/index.ts";

/** A question as the household reads it: in the agent's words, by the home's own names, with the firm's words apart. */
export interface ToldQuestion {
  readonly lines: readonly string[];
  readonly notice: readonly string[];
  readonly minutes: number;
}

export type DeclarationOf = (gatewayId: GatewayId, capability: CapabilityName) => CapabilityDeclaration | null;

export function tellQuestion(
  { question: { proposal }, things }: KeptQuestion,
  language: Language,
  declarationOf: DeclarationOf,
): ToldQuestion {
  const words = wordsIn(language);
  const lines = proposal.acts.map((act, at) => {
    const sentence = actSentence(words, act.capability as CapabilityName, things[at] as NamedThing);
    const back = act.undo === null ? words.question.cannotPutBack : words.question.putBack;
    return [sentence, ...(act.tries > 1 ? [words.atMost(act.tries)] : []), back].join(" ");
  });
  const felt = proposal.acts.flatMap((act) => {
    // What its make says of it where the agent has the make; else what the firm says.
    const declared = declarationOf(gatewayIn(act.target) as GatewayId, act.capability as CapabilityName);
    const said = declared === null ? act.felt : (declared.felt ?? act.felt);
    return said === null ? [] : [inLanguage(said, language)];
  });
  return {
    lines: unique(lines),
    notice: felt.length === 0 ? [words.question.noticeNothing] : unique(felt),
    minutes: Math.max(1, Math.ceil(proposal.limitSeconds / 60)),
  };
}

export function actSentence(words: AgentWords, capability: CapabilityName, thing: NamedThing): string {
  const name = words.thing(thing);
  const sentence = (words.acts as Readonly<Record<string, (thing: string) => string>>)[capability];
  return sentence?.(thing.isOwn ? name : words.firmsName(name)) ?? name;
}

export interface ToldEntry {
  readonly at: string;
  readonly words: string;
  readonly details: string;
}

const SHOWN = 100;

/** What happened, newest first. */
export function tellJournal(entries: readonly JournalEntry[], language: Language): ToldEntry[] {
  const words = wordsIn(language);
  const outcomes = new Map(entries.flatMap((one) => (one.kind === "ended" ? [[one.id, one.outcome] as const] : [])));
  return entries
    .filter((one) => one.kind !== "ended")
    .slice(-SHOWN)
    .reverse()
    .map((entry) => {
      const outcome = entry.kind === "act" ? outcomes.get(entry.id) : undefined;
      const said = entry.kind === "act" ? (entry.isAllowedHere ? words.journal.byHome : words.journal.byHub) : "";
      const details = [outcome === undefined ? "" : words.journal.outcomes[outcome], said].filter((one) => one !== "");
      return { at: entry.at, words: entryWords(entry, words), details: details.join(" · ") };
    });
}

function entryWords(entry: Exclude<JournalEntry, { kind: "ended" }>, words: AgentWords): string {
  const { journal } = words;
  switch (entry.kind) {
    case "act": {
      const sentence = actSentence(words, entry.capability, entry.thing);
      if (entry.purpose === "do") return sentence;
      return entry.purpose === "undo" ? journal.undo(sentence) : journal.settle(sentence);
    }
    case "answered": {
      const said = entry.answer === "allow" ? journal.answeredAllow : journal.answeredNo;
      const passkey = entry.passkey === undefined ? "" : ` (${journal.withPasskey(entry.passkey)})`;
      const where = entry.way === "home_assistant" ? ` (${journal.inHomeAssistant})` : passkey;
      return `${said(entry.technician)}${where}`;
    }
    case "passkey_added":
      return journal.passkeyAdded(entry.name);
    case "passkey_removed":
      return journal.passkeyRemoved(entry.name);
    case "place":
      return entry.isAllowed ? journal.placeAllowed(entry.place) : journal.placeRefused(entry.place);
    case "hub_alone": {
      const level = (words.alone.levels as Readonly<Record<string, { name: string }>>)[entry.hubAlone];
      return journal.chosen(level?.name ?? entry.hubAlone);
    }
    case "stopped":
    case "allowed_again": {
      const isStop = entry.kind === "stopped";
      if (entry.by === "switch") return isStop ? journal.stoppedBySwitch : journal.allowedBySwitch;
      return `${journal[entry.kind]}${entry.by === "home_assistant" ? ` (${journal.inHomeAssistant})` : ""}`;
    }
    default:
      return journal[entry.kind];
  }
}

/** A moment as the people of the home write it, by the clock of the box. */
export function tellMoment(moment: string, language: Language): string {
  return new Intl.DateTimeFormat(wordsIn(language).locale, {
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
  }).format(new Date(moment));
}

function unique(sentences: readonly string[]): string[] {
  return [...new Set(sentences)];
}
