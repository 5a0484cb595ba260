import type {
  Answer,
  ConsentView,
  ContactId,
  HomeJournal,
  HomeQuestionView,
  PhoneQuestion,
  SiteId,
} from "@caretaker/protocol";
import { together } from "../db/together.ts";
import type { Handlers } from "../http/handler.ts";
import { aloneRunbookOf, tellWhereNobodyIsAsked } from "./alone.ts";
import { answer, expire, type GivenAnswer, opened, stop } from "./answer.ts";
import { ask } from "./ask.ts";
import { type SaidAtHome, takeFromAgent } from "./at-home/from-agent.ts";
import { type Tap, takeTap } from "./at-home/tapped.ts";
import { waitAtHome } from "./at-home/yes-at-home.ts";
import { type Signable, signable } from "./by-passkey.ts";
import { answerByPhone, type PhoneAnswer, phoneQuestion } from "./by-phone.ts";
import { callMe } from "./call-me.ts";
import { wishEmergency } from "./emergency.ts";
import { answerFromHome, askHome, questionOpened, viewQuestion } from "./home-questions.ts";
import { journalForAsked, openJournal, sendJournal } from "./journal.ts";
import { ofRun } from "./of-run.ts";
import { permit } from "./permit.ts";
import type { Consent, ConsentDeps } from "./types.ts";
import { view } from "./view.ts";
import { voidGrants } from "./void-grants.ts";
import { nameAndAddress, whomToAsk } from "./whom.ts";

export type { Consent, ConsentDeps, Permission, RunsDoor, Verdict } from "./types.ts";

/** What a link can do. Each shows what is true afterwards. */
export interface ConsentLink {
  view(token: string): Promise<ConsentView>;
  opened(token: string): Promise<void>;
  answer(given: GivenAnswer): Promise<ConsentView>;
  stop(token: string): Promise<ConsentView>;
  callMe(token: string): Promise<ConsentView>;
}

/** What the link of a question to the home can do: it allows nothing. */
export interface QuestionLink {
  view(token: string): Promise<HomeQuestionView>;
  opened(token: string): Promise<void>;
  answer(given: { token: string; answer: Answer }): Promise<HomeQuestionView>;
}

/** How people of a home read what was asked, allowed and done there. */
export interface Journal {
  ask(token: string): Promise<void>;
  send(to: { siteId: SiteId; contactId: ContactId }): Promise<void>;
  open(which: { token: string; before?: number | undefined }): Promise<HomeJournal>;
}

/** What a technician writes down of a call. */
export interface ConsentByPhone {
  question(which: Pick<PhoneAnswer, "runId" | "requestId">): Promise<PhoneQuestion>;
  answer(given: PhoneAnswer): Promise<void>;
}

export function createConsent(deps: ConsentDeps): Consent & {
  readonly link: ConsentLink;
  readonly byPhone: ConsentByPhone;
  readonly questions: QuestionLink;
  readonly journal: Journal;
  takeTap(tap: Tap): ReturnType<typeof takeTap>;
  takeFromAgent(said: SaidAtHome): ReturnType<typeof takeFromAgent>;
  /** The question of a link, as the agent in the home knows it; throws where no passkey can answer it now. */
  signable(token: string): Promise<Signable>;
  wishEmergency(wish: Parameters<typeof wishEmergency>[1]): ReturnType<typeof wishEmergency>;
} {
  return {
    ask: (trx, question) => ask(deps, trx, question),
    async permit(trx, question) {
      const [verdict, alone] = await together(permit(trx, question), aloneRunbookOf(trx, { runId: question.runId }));
      const isNewAct = (question.purpose ?? "do") === "do" && question.onlyLooks !== true;
      if (isNewAct && verdict.permitted && verdict.by.kind === "standing") {
        await tellWhereNobodyIsAsked(deps, trx, question, alone);
      }
      return verdict;
    },
    askHome: (trx, question) => askHome(deps, trx, question),
    async whomToAsk(trx, need) {
      const contact = await whomToAsk(deps, trx, need);
      return "cannot" in contact ? contact : { sentTo: nameAndAddress(contact) };
    },
    expire: async (trx, request) => (await expire(deps, trx, { ...request, tellRun: false })) !== null,
    waitAtHome,
    voidGrants,
    ofRun,
    takeTap: (tap) => takeTap(deps, tap),
    takeFromAgent: (said) => takeFromAgent(deps, said),
    signable: (token) => signable(deps, token),
    wishEmergency: (wish) => wishEmergency(deps, wish),
    journal: {
      ask: (token) => journalForAsked(deps, token),
      send: (to) => sendJournal(deps, to),
      open: (which) => openJournal(deps, which),
    },
    questions: {
      view: (token) => viewQuestion(deps, token),
      opened: (token) => questionOpened(deps, token),
      async answer(given) {
        await answerFromHome(deps, given);
        return viewQuestion(deps, given.token);
      },
    },
    byPhone: {
      question: (which) => phoneQuestion(deps, which),
      answer: (given) => answerByPhone(deps, given),
    },
    link: {
      view: (token) => view(deps, token),
      opened: (token) => opened(deps, token),
      async answer(given) {
        await answer(deps, given);
        return view(deps, given.token);
      },
      async stop(token) {
        await stop(deps, token);
        return view(deps, token);
      },
      async callMe(token) {
        await callMe(deps, token);
        return view(deps, token);
      },
    },
  };
}

type LinkNames = "consent.view" | "consent.opened" | "consent.answer" | "consent.stop" | "consent.call_me";
type QuestionNames = "question.view" | "question.opened" | "question.answer";
type JournalNames = "journal.ask" | "journal.open" | "contact.journal.send";
type EmergencyNames = "consent.emergency";
type PhoneNames = "consent.phone.get" | "consent.phone.answer";

export function consentHandlers({
  link,
  byPhone,
  questions,
  journal,
  wishEmergency: wish,
}: {
  readonly link: ConsentLink;
  readonly byPhone: ConsentByPhone;
  readonly questions: QuestionLink;
  readonly journal: Journal;
  wishEmergency(wish: Parameters<typeof wishEmergency>[1]): ReturnType<typeof wishEmergency>;
}): Pick<Handlers, EmergencyNames | LinkNames | PhoneNames | QuestionNames | JournalNames> {
  return {
    "consent.view": ({ token }) => link.view(token),
    "consent.opened": async ({ token }) => {
      await link.opened(token);
      return {};
    },
    "consent.answer": (given) => link.answer(given),
    "consent.stop": ({ token }) => link.stop(token),
    "consent.call_me": ({ token }) => link.callMe(token),
    "journal.ask": async ({ token }) => {
      await journal.ask(token);
      return {};
    },
    "journal.open": (which) => journal.open(which),
    "contact.journal.send": async (to) => {
      await journal.send(to);
      return {};
    },
    "question.view": ({ token }) => questions.view(token),
    "question.opened": async ({ token }) => {
      await questions.opened(token);
      return {};
    },
    "question.answer": (given) => questions.answer(given),
    "consent.emergency": (given, { actor }) => wish({ ...given, actor }),
    "consent.phone.get": (which) => byPhone.question(which),
    "consent.phone.answer": async (given, { actor }) => {
      await byPhone.answer({ ...given, actor });
      return {};
    },
  };
}
