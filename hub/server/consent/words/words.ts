import type { EmergencyAct, GrantEnd, MendableIllness, RunOutcome, StandingScope } from "@caretaker/protocol";
import type { ShownEvent } from "../journal.ts";

/** A thing of the home as a homeowner knows it. */
export interface Thing {
  readonly kind: "integration" | "device" | "entity" | "room" | "gateway";
  readonly name: string;
  readonly room: string | null;
  /** For a switch: the device that it feeds, which is what the homeowner will miss. */
  readonly feeds: { readonly name: string; readonly room: string | null } | null;
}

/**
 * Everything that the hub says to a homeowner, in one language. Plain sentences without technical words; the page's own
 * labels and buttons stand with the page. Names are put in as they are: whoever shows a sentence escapes it.
 */
export interface HomeownerWords {
  /** How days and hours are written. */
  readonly locale: string;
  /** What would be done, by capability; `other` serves what has no sentence of its own. */
  readonly acts: Readonly<Record<string, (thing: Thing) => string>> & { readonly other: (thing: Thing) => string };
  readonly atMost: (times: number) => string;
  /** Of a runbook that a firm of one published. */
  readonly nobodyElseLooked: (person: string) => string;
  /** Why a run began that nobody pressed a button for: what the hub found, and for how many minutes. */
  readonly ill: Readonly<Record<MendableIllness, (name: string, minutes: number) => string>>;
  readonly noticeNothing: string;
  readonly seen: readonly string[];
  readonly seenPrivate: string;
  readonly canBeUndone: (thing: Thing) => string;
  readonly cannotBeUndone: (reason: string) => string;
  readonly ifNo: string;
  readonly progress: {
    readonly allowed: string;
    readonly begun: (sentence: string) => string;
    readonly sent: string;
    readonly puttingBack: string;
    readonly isPutBack: string;
    readonly switchedOnAgain: string;
    readonly works: string;
    readonly worksNot: string;
    readonly notCertain: string;
    readonly wantsYesAtHome: string;
    readonly waitingForHome: string;
    readonly stopping: string;
  };
  /** How a thing was, and is. */
  readonly seenState: {
    readonly answers: string;
    readonly answersNot: string;
    /** How many of its parts do not answer. */
    readonly unavailable: (count: number) => string;
  };
  /** `undone` after a fix that did not help; `stoppedAndUndone` where nobody waited to see whether it would. */
  readonly outcomes: Readonly<Record<RunOutcome | "stopped" | "stoppedAndUndone", string>>;
  /** Why what they allowed ended before its time. */
  readonly grantEnds: Readonly<Record<GrantEnd, string>>;
  /** On a phone with the home's own app, and as a note in the home. */
  readonly atHome: {
    readonly title: (technician: string, firm: string) => string;
    readonly allow: string;
    readonly anotherTime: string;
    readonly no: string;
    readonly seeMail: (code: string) => string;
    readonly notice: (firm: string) => string;
  };
  /** The journal of a home. */
  readonly journal: {
    readonly subject: (firm: string) => string;
    readonly intro: (firm: string, home: string) => string;
    readonly holds: string;
    readonly events: Readonly<Record<ShownEvent, string>>;
    readonly standing: Readonly<Record<StandingScope, string>>;
    readonly erased: string;
    readonly byPhone: string;
    readonly byPasskey: string;
  };
  /** A question that allows nothing. */
  readonly homeQuestion: {
    readonly subject: (firm: string) => string;
    readonly intro: (technician: string, firm: string, home: string) => string;
    readonly answerHere: string;
    readonly allowsNothing: string;
  };
  /** To whoever said yes on the phone. */
  readonly saidOnPhone: {
    readonly subject: (firm: string) => string;
    readonly hello: (name: string) => string;
    readonly text: (technician: string, firm: string, home: string) => string;
    readonly stop: string;
  };
  /** What two people of the firm may do where nobody can be asked in time. */
  readonly emergency: {
    readonly agreedSubject: (firm: string) => string;
    readonly agreed: (firm: string, home: string, givenBy: string, atNight: boolean) => string;
    readonly acts: Readonly<Record<EmergencyAct, string>>;
    readonly endedSubject: (firm: string) => string;
    readonly ended: (firm: string, home: string) => string;
    readonly usedSubject: (firm: string) => string;
    readonly used: (people: string, firm: string, home: string) => string;
    readonly because: (reason: string) => string;
    readonly stop: string;
    readonly decided: string;
  };
  readonly reminder: { readonly subject: (firm: string) => string; readonly opening: string };
  /** To the old address, when something was changed about who may answer. */
  readonly contactChanged: {
    readonly subject: (firm: string) => string;
    readonly what: Readonly<Record<"email" | "phone" | "role", string>>;
    readonly text: (what: string, home: string) => string;
  };
  readonly contactAdded: {
    readonly subject: (firm: string) => string;
    readonly text: (name: string, home: string) => string;
  };
  readonly contactRemoved: { readonly subject: (firm: string) => string; readonly text: (home: string) => string };
  /** Once, when the firm no longer looks after the home. */
  readonly siteRemoved: {
    readonly subject: (firm: string) => string;
    readonly text: (firm: string, home: string, days: number) => string;
  };
  readonly phoneChosen: {
    readonly subject: (firm: string) => string;
    readonly text: (phone: string, user: string) => string;
  };
  readonly phoneRemoved: { readonly subject: (firm: string) => string; readonly text: (phone: string) => string };
  readonly message: {
    readonly subject: (firm: string) => string;
    readonly hello: (name: string) => string;
    readonly intro: (technician: string, firm: string, home: string) => string;
    readonly why: string;
    readonly what: string;
    readonly notice: string;
    readonly howLong: string;
    readonly minutes: (minutes: number) => string;
    readonly seen: string;
    readonly undo: string;
    readonly ifNoTitle: string;
    readonly answerHere: string;
    readonly button: string;
    readonly answerBy: (moment: string) => string;
    readonly stop: string;
    readonly questions: (phone: string) => string;
    readonly code: (code: string) => string;
    readonly linkIsYours: string;
  };
}
