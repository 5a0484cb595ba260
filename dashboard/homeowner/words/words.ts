import type { ConsentView } from "@caretaker/protocol";

export type StockAnswer = "lit" | "dark" | "works" | "broken" | "hangs";

/**
 * The page's own words in one language: labels, buttons, and what it says when something goes wrong. What is asked and
 * what was done are sentences of the hub, which come in the same language.
 */
export interface PageWords {
  /** How days and hours are written. */
  readonly locale: string;
  readonly loading: string;
  readonly pageTitle: string;
  readonly title: (technician: string) => string;
  /** Once it was answered, or the time to answer is over. */
  readonly titleAfter: (technician: string) => string;
  readonly of: (firm: string, home: string) => string;
  readonly why: string;
  readonly what: string;
  readonly notice: string;
  readonly howLong: string;
  readonly minutes: (minutes: number) => string;
  readonly seen: string;
  readonly undo: string;
  readonly stop: string;
  readonly stopHow: string;
  readonly ifNo: string;
  readonly price: string;
  readonly answerBy: (moment: string) => string;
  readonly startBy: (moment: string) => string;
  readonly homeTime: string;
  readonly allow: string;
  readonly anotherTime: string;
  readonly no: string;
  /** A yes that is signed with a passkey, and the page on which one is made. */
  readonly passkey: {
    readonly allow: string;
    /** Where else a yes is taken. */
    readonly elsewhere: string;
    readonly pageTitle: string;
    readonly title: (name: string) => string;
    readonly means: string;
    readonly begin: string;
    readonly make: string;
    /** It was made; what stands below this is its code. */
    readonly compare: string;
    /** The box knows another code than this device has. */
    readonly altered: string;
    readonly kept: string;
    /** Somebody said no at the box. */
    readonly ended: string;
    readonly unknown: string;
  };
  /** What was asked, allowed and done in the home. */
  readonly journal: {
    readonly title: string;
    readonly standing: string;
    readonly standsNothing: string;
    readonly since: (day: string, who: string) => string;
    readonly until: (moment: string) => string;
    readonly more: string;
    readonly verify: (code: string) => string;
    /** On the page of a question. */
    readonly ask: string;
    readonly sent: string;
  };
  /** A question that allows nothing. */
  readonly question: {
    readonly title: (technician: string) => string;
    readonly hint: string;
    readonly yours: string;
    readonly send: string;
    readonly thanks: string;
    readonly over: string;
    readonly bad: string;
    readonly allowsNothing: string;
    /** The words that can be answered to what stock runbooks ask; a firm's own stand there as they were written. */
    readonly answers: Readonly<Record<StockAnswer, string>>;
  };
  /** Choosing another time. */
  readonly when: {
    readonly title: string;
    readonly day: string;
    readonly hours: string;
    /** What a chosen time means, before it is sent. */
    readonly means: (day: string, from: string, to: string) => string;
    readonly agree: string;
    /** Another time, without saying which. */
    readonly notYet: string;
    readonly back: string;
  };
  /** What was allowed with a time, and has not begun. */
  readonly agreed: (day: string, from: string, to: string) => string;
  readonly stopNow: string;
  readonly call: (firm: string) => string;
  readonly callMe: string;
  readonly callAsked: string;
  readonly sending: string;
  readonly status: Readonly<Record<Exclude<ConsentView["status"], "asked">, string>> & {
    readonly asked: string;
    /** Asked, but the one who was asked may not answer at the moment. */
    readonly cannotAnswer: string;
    /** Allowed, and not begun in time. */
    readonly notBegun: string;
    readonly working: string;
    readonly stopping: string;
    readonly done: string;
  };
  readonly whatHappened: string;
  readonly problems: {
    readonly unknownTitle: string;
    readonly unknown: string;
    readonly offline: string;
    readonly answeredBefore: string;
    readonly tooLate: string;
    readonly changed: string;
    readonly notAllowed: string;
    readonly tooMany: string;
    readonly badTime: string;
    readonly boxAway: string;
    readonly notYet: string;
    readonly passkeyCancelled: string;
    readonly passkeyKnown: string;
    readonly passkeyDevice: string;
    readonly other: string;
  };
  /** Before and after what was done. */
  readonly result: { readonly title: string; readonly before: string; readonly after: string };
  readonly codes: (ledger: string, proposal: string) => string;
}
