import type { Language, MessageInput } from "@caretaker/protocol";
import type { AskedText } from "../asked-text.ts";
import { wordsIn } from "../words/index.ts";
import { actionOf } from "./action.ts";

export interface PhoneFacts {
  readonly language: Language;
  readonly asked: AskedText;
  readonly phone: string;
  readonly requestId: string;
  readonly proposalCode: string;
  readonly secret: string;
  /** The short code of the ledger's head when this was asked. */
  readonly ledgerCode: string;
}

/** The question on a phone: who, why, what, and what will be noticed. All of it, and the way to stop, stands in the mail. */
export function composePhoneQuestion(facts: PhoneFacts): MessageInput<"phone.ask"> {
  const { language, asked, phone, requestId, proposalCode, secret, ledgerCode } = facts;
  const { atHome } = wordsIn(language);
  const button = (answer: "allow" | "another_time" | "no", title: string) => ({
    action: actionOf({ answer, requestId, proposalCode, secret }),
    title,
  });
  return {
    phone,
    tag: tagOf(requestId),
    title: cut(atHome.title(asked.technician, asked.firm), 200),
    text: cut([asked.why, ...asked.what, ...asked.notice, atHome.seeMail(ledgerCode)].join("\n"), 2000),
    buttons: [button("allow", atHome.allow), button("another_time", atHome.anotherTime), button("no", atHome.no)],
  };
}

/** The note in the home says no more than that there is mail: everybody there can read it. */
export function composeNotice(requestId: string, language: Language, firm: string): MessageInput<"notice.show"> {
  const { atHome } = wordsIn(language);
  return { notice: tagOf(requestId), title: cut(firm, 200), text: atHome.notice(firm) };
}

/** One question, one notification: a newer one takes its place. */
export function tagOf(requestId: string): string {
  return `caretaker-${requestId}`;
}

function cut(words: string, most: number): string {
  return words.length <= most ? words : `${words.slice(0, most - 1)}…`;
}
