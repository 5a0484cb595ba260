import type {
  AgreedWindow,
  Answer,
  ConsentRequestId,
  GrantEnd,
  PersonId,
  Proposal,
  ProposedAct,
  RunConsent,
  RunId,
  Scope,
  SiteId,
  StandingScope,
  Text,
} from "@caretaker/protocol";
import type { Announcement, Announcements } from "../announcements.ts";
import type { Database, Trx } from "../db/database.ts";
import type { NewMessage } from "../mail/queue.ts";
import type { HomeQuestion } from "./home-questions.ts";

/** What became of a question, as the run is told of it. */
export type AnswerForRun = "allowed" | "refused" | "another_time" | "expired" | "withdrawn";

/** What consent tells the runs, in the transaction of the answer. Each returns what to announce once it is committed. */
export interface RunsDoor {
  consentAnswered(
    trx: Trx,
    answer: {
      runId: RunId;
      requestId: ConsentRequestId;
      answer: AnswerForRun;
      by: string;
      window?: AgreedWindow;
      now: Date;
    },
  ): Promise<readonly Announcement[]>;
  consentOpened(
    trx: Trx,
    opened: { runId: RunId; requestId: ConsentRequestId; now: Date },
  ): Promise<readonly Announcement[]>;
  /** Whether a run still waits with this question to the home. */
  asksHome(db: Database, question: { runId: string; step: string }): Promise<boolean>;
  /** Takes an answer from the home; rejects as `run.answer` does when it comes too late or is none. */
  homeAnswered(
    trx: Trx,
    answer: { runId: RunId; step: string; answer: Answer; by: string; now: Date },
  ): Promise<readonly Announcement[]>;
  consentCallAsked(
    trx: Trx,
    asked: { runId: RunId; requestId: ConsentRequestId; by: string; now: Date },
  ): Promise<readonly Announcement[]>;
}

export interface ConsentDeps {
  readonly db: Database;
  /** The database's clock, unless a test says otherwise. */
  readonly now: (db: Database) => Promise<Date>;
  readonly runs: RunsDoor;
  /** Where homeowners reach this hub, such as `https://care.example.org`. */
  readonly publicUrl: string;
  readonly announcements: Announcements;
  /** The address that a person signs in with, or null for somebody unknown: who asks never answers. */
  readonly emailOfPerson: (db: Database, personId: string) => Promise<string | null>;
  readonly queueMessage: (trx: Trx, message: NewMessage) => Promise<void>;
  /** Whether the home's agent wants a yes of its own, and takes one that is signed with a passkey now. */
  readonly takesPasskeys?: (siteId: SiteId) => boolean;
}

export interface Question {
  readonly run: { readonly id: RunId; readonly siteId: SiteId };
  readonly step: string;
  readonly proposal: Proposal;
  /** The highest scope among the acts. */
  readonly scope: Scope;
  readonly isPrivate: boolean;
  /** The runbook's limit, of which the work window is made. */
  readonly limitSeconds: number;
  readonly homeownerAsked: boolean;
  /** What a `consent` step says will be noticed. */
  readonly tell?: Text;
  /** How long there is for an answer, where the step says it. */
  readonly answerWithinSeconds?: number;
  readonly now: Date;
}

/** What somebody would be asked for by a run. */
export interface WouldAsk {
  readonly run: { readonly id: RunId; readonly siteId: SiteId };
  readonly scope: Scope;
  readonly isPrivate: boolean;
  readonly now: Date;
}

/** Why nobody can be asked: a code for the run, and a sentence for the technician. */
export interface CannotAsk {
  readonly code: "no_contact" | "no_address" | "not_verified" | "resting" | "may_not_answer" | "is_requester";
  readonly cannot: string;
}

export interface Asked {
  readonly requestId: ConsentRequestId;
  readonly answerBy: Date;
  /** Name and address, for the technician. */
  readonly sentTo: string;
}

/** What permits an act. Kept with the attempt: it also permits taking that act back. */
export type Permission =
  | { readonly kind: "standing"; readonly scope: StandingScope }
  | { readonly kind: "one_time"; readonly requestId: ConsentRequestId; readonly digest: string };

export type Verdict =
  | { readonly permitted: true; readonly by: Permission }
  | {
      readonly permitted: false;
      readonly code: "consent_missing" | "consent_refused" | "consent_expired";
      readonly message: string;
      /** How the act differs from what was allowed, when something was. */
      readonly drift?: string;
      /** What was allowed says nothing of this step: it may still be asked for by itself. */
      readonly isNew?: boolean;
    }
  | NotYet;

/** Allowed, and not now: the home sleeps, or the time that the homeowner chose has not come. */
export interface NotYet {
  readonly permitted: false;
  readonly code: "not_yet";
  readonly message: string;
  readonly from: Date;
}

export interface ActQuestion {
  readonly siteId: SiteId;
  readonly runId: RunId;
  readonly act: ProposedAct;
  /** `undo` and `settle` take back or complete an act that was permitted before. Default `do`. */
  readonly purpose?: "do" | "undo" | "settle";
  /** Nothing is sent after this: the work window does not begin. */
  readonly onlyLooks?: boolean;
  readonly now: Date;
}

export interface Consent {
  /** Asks a homeowner, in the caller's transaction: request, ledger entry and message are there or not at all. */
  ask(trx: Trx, question: Question): Promise<Asked | CannotAsk>;
  /**
   * Whether an act may be sent now. Called by the gate, in the transaction that commits the intent, before the row of
   * the attempt is written. Locks run, site and requests, so a stop that is committed first always wins.
   */
  permit(trx: Trx, question: ActQuestion): Promise<Verdict>;
  /**
   * Ends a question that nobody answered in time; the engine calls it when it wakes at `answerBy`. Does nothing, and
   * says false, when the question was answered or still has time. The run is not told: the caller is the run.
   */
  expire(trx: Trx, request: { requestId: ConsentRequestId; now: Date }): Promise<boolean>;
  /**
   * What was allowed waits for a yes that the agent in the home takes, until the moment that is returned; null where it was
   * given there already, or is worth nothing any more. Work that has not begun begins anew with that yes.
   */
  waitAtHome(trx: Trx, request: { requestId: ConsentRequestId; now: Date }): Promise<Date | null>;
  /**
   * After an unclean stop of the machine, or a restore: every yes that was given once is void, since nobody knows how
   * much of it was used; with `answerableId`, those for runs of a person who was shut out. Returns how many there were.
   * What was done can still be taken back.
   */
  voidGrants(trx: Trx, reason: { end: GrantEnd; why: string; now: Date; answerableId?: PersonId }): Promise<number>;
  /** Asks the home something that allows nothing, in the caller's transaction. */
  askHome(trx: Trx, question: HomeQuestion): Promise<{ readonly answerBy: Date; readonly sentTo: string } | CannotAsk>;
  /** Who would be asked for this, or why nobody can be; nobody is. */
  whomToAsk(trx: Trx, need: WouldAsk): Promise<{ readonly sentTo: string } | CannotAsk>;
  /** What a run asked and what was answered, oldest first. */
  ofRun(db: Database, request: { runId: RunId; now: Date }): Promise<RunConsent[]>;
}
