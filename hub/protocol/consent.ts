import { z } from "zod";
import { Moment } from "./ids.ts";
import { QuestionAnswers } from "./question.ts";
import { Scope } from "./scopes.ts";
import { QuietHours } from "./sites.ts";
import { Language, Text } from "./text.ts";

/**
 * A single-use secret of at least 192 bits in a homeowner's link; only its SHA-256 is stored. Whatever was made of it in a
 * mail program is taken, so that a link that was cut short is answered as one that never was.
 */
export const LinkToken = z.string().max(4000);
export type LinkToken = z.infer<typeof LinkToken>;

/** One act that a run can reach: what it does, to what, how often at most, and what is felt. */
export const ProposedAct = z.object({
  step: z.string(),
  /** Which of the things it is that a step with `each` goes through, counted from 1. */
  item: z.number().int().positive().optional(),
  capability: z.string(),
  /** `gateway/kind/key` of what is acted on, and its name in the home's words. */
  target: z.string(),
  targetName: z.string(),
  input: z.record(z.string(), z.unknown()),
  scope: Scope,
  private: z.boolean(),
  tries: z.number().int().positive(),
  /** What the household hears, sees or feels; told in the language of whoever is asked. */
  felt: Text.nullable(),
  /** What takes it back, or why it cannot be taken back. */
  undo: z.object({ capability: z.string(), input: z.record(z.string(), z.unknown()) }).nullable(),
  irreversible: Text.nullable(),
});
export type ProposedAct = z.infer<typeof ProposedAct>;

/** A time that a homeowner chose: what was asked may be begun in it without asking again. */
export const AgreedWindow = z.strictObject({ from: Moment, to: Moment });
export type AgreedWindow = z.infer<typeof AgreedWindow>;

/** What a window may be: soon enough to be remembered, long enough to work in, short enough to be a promise. */
export const SHORTEST_WINDOW_MINUTES = 30;
export const LONGEST_WINDOW_MINUTES = 12 * 60;
export const WINDOW_WITHIN_DAYS = 14;

/**
 * All that a homeowner is asked to allow. The approval is bound to the SHA-256 of its canonical JSON; an act outside it
 * is drift and stops the run.
 */
export const Proposal = z.object({
  format: z.literal(1),
  siteId: z.string(),
  runId: z.string(),
  runbook: z.string(),
  runbookDigest: z.string(),
  inputs: z.record(z.string(), z.unknown()),
  acts: z.array(ProposedAct),
  scope: Scope,
  limitSeconds: z.number().int(),
  /** When it may be begun; null for soon: within the clock that begins with the yes. */
  window: AgreedWindow.nullable(),
  /** What it costs, or that it is covered; null where nobody has said. */
  price: Text.nullable(),
});
export type Proposal = z.infer<typeof Proposal>;

export const ConsentStatus = z.enum(["asked", "allowed", "refused", "another_time", "expired", "withdrawn", "over"]);
export type ConsentStatus = z.infer<typeof ConsentStatus>;

/** Why a yes ended before its time without anybody of the home taking it back. */
export const GrantEnd = z.enum([
  "starter_left",
  "link_lost",
  "contract_ended",
  "emergency_ended",
  "hub_went_down",
  "restored",
]);
export type GrantEnd = z.infer<typeof GrantEnd>;

/** A link to the home that was away so long while work went on has ended what was allowed for that work. */
export const LINK_LOST_AFTER_SECONDS = 600;

/** What the homeowner's page shows: nothing of other homes, no ids, no technician's words. */
export const ConsentView = z.object({
  status: ConsentStatus,
  language: Language,
  firm: z.object({ name: z.string(), phone: z.string().nullable() }),
  home: z.string(),
  homeownerName: z.string(),
  /** Who asks. */
  technician: z.string(),
  /** Why, in the words given when the run was started. */
  why: z.string(),
  /** What would be done, sentence by sentence, naming the things. */
  what: z.array(z.string()),
  /** What will be noticed. */
  notice: z.array(z.string()),
  /** At most, in minutes. */
  minutes: z.number().int(),
  seen: z.array(z.string()),
  undo: z.array(z.string()),
  ifNo: z.string(),
  price: z.string().nullable(),
  timeZone: z.string(),
  quietHours: QuietHours,
  /** The time that was agreed, once one was. */
  window: AgreedWindow.nullable(),
  /** Between which moments the homeowner may choose a time; null when none can be chosen now. */
  windowChoice: AgreedWindow.nullable(),
  askedAt: Moment,
  answerBy: Moment,
  startBy: Moment.nullable(),
  answeredAt: Moment.nullable(),
  /** When they wished to be called. */
  callAskedAt: Moment.nullable(),
  /** The short code of the ledger's head when this was asked. */
  ledgerCode: z.string(),
  proposalCode: z.string(),
  /** Whether Allow, Another time and No can be pressed now. */
  canAnswer: z.boolean(),
  /**
   * Whether the box in the home wants a yes of its own to this, and takes one that is signed with a passkey: also after a
   * plain Allow, while the run waits for that.
   */
  takesPasskey: z.boolean(),
  canStop: z.boolean(),
  /** Why what they allowed ended before its time, as a sentence. */
  ended: z.string().nullable(),
  /** Where two people of the firm allowed it as an emergency: who, and why, as sentences. */
  emergency: z.string().nullable(),
  progress: z.object({
    state: z.enum(["not_started", "working", "stopping", "stopped", "done"]),
    steps: z.array(z.object({ at: Moment, words: z.string() })),
    outcome: z.string().nullable(),
    /** Whether it has ended and all works: a good end looks like one. */
    isWell: z.boolean(),
    /** Of each thing that was acted on: how it was before, and how it is now. */
    results: z.array(z.object({ thing: z.string(), before: z.string(), after: z.string() })),
  }),
});
export type ConsentView = z.infer<typeof ConsentView>;

export const JournalEntry = z.object({
  number: z.number().int(),
  at: Moment,
  words: z.string(),
  details: z.array(z.string()),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

/** What was asked, allowed and done in a home, newest first, in the words of whoever reads it. */
export const HomeJournal = z.object({
  language: Language,
  firm: z.object({ name: z.string(), phone: z.string().nullable() }),
  home: z.string(),
  timeZone: z.string(),
  /** The short code of the ledger's head now. */
  code: z.string(),
  standing: z.array(z.object({ words: z.string(), givenAt: Moment, givenBy: z.string(), until: Moment.nullable() })),
  entries: z.array(JournalEntry),
  nextBefore: z.number().int().nullable(),
});
export type HomeJournal = z.infer<typeof HomeJournal>;

/** What the homeowner's page shows of a question that allows nothing: a run would like to know something. */
export const HomeQuestionView = z.object({
  status: z.enum(["open", "answered", "over"]),
  language: Language,
  firm: z.object({ name: z.string(), phone: z.string().nullable() }),
  home: z.string(),
  technician: z.string(),
  say: z.string(),
  answers: QuestionAnswers,
  answerBy: Moment,
  timeZone: z.string(),
});
export type HomeQuestionView = z.infer<typeof HomeQuestionView>;

/** What is read aloud when a homeowner answers on the phone: the question word for word, in their language. */
export const PhoneQuestion = z.object({
  homeownerName: z.string(),
  language: Language,
  phone: z.string().nullable(),
  why: z.string(),
  what: z.array(z.string()),
  notice: z.array(z.string()),
  minutes: z.number().int(),
  seen: z.array(z.string()),
  undo: z.array(z.string()),
  ifNo: z.string(),
  proposalCode: z.string(),
  /** Then it is not allowed on the phone. */
  isPrivate: z.boolean(),
  /** Whether it can still be answered. */
  isOpen: z.boolean(),
});
export type PhoneQuestion = z.infer<typeof PhoneQuestion>;

export const ConsentAnswer = z.enum(["allow", "another_time", "no"]);
export type ConsentAnswer = z.infer<typeof ConsentAnswer>;
