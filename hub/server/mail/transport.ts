import type { Secret } from "@caretaker/protocol";
import { createTransport } from "nodemailer";

/** One message as it leaves. */
export interface Letter {
  readonly id: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Transport {
  /** Resolves when the mail server took the letter. Rejects with `MailError`. */
  send(letter: Letter): Promise<void>;
  close(): void;
}

/** Why a letter was not taken, in a sentence for the technician. `permanent`: the server will never take it. */
export class MailError extends Error {
  readonly permanent: boolean;

  constructor(message: string, { permanent, cause }: { permanent: boolean; cause: unknown }) {
    super(message, { cause });
    this.name = "MailError";
    this.permanent = permanent;
  }
}

const TIMEOUT = 20_000;

/** Sends through the mail server that `smtpUrl` names, such as `smtps://user:password@mail.example.org`. */
export function createSmtpTransport(smtpUrl: Secret): Transport {
  const smtp = createTransport({
    url: smtpUrl.reveal(),
    connectionTimeout: TIMEOUT,
    greetingTimeout: TIMEOUT,
    socketTimeout: TIMEOUT,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ id, from, to, subject, text, html }) {
      const host = from.address.split("@")[1] ?? "localhost";
      try {
        await smtp.sendMail({
          from,
          to,
          subject,
          text,
          html,
          // The same for every try of one message: a mail program shows a second copy as the first.
          messageId: `<${id}@${host}>`,
          headers: { "Auto-Submitted": "auto-generated" },
        });
      } catch (error) {
        throw mailError(error);
      }
    },
    close: () => smtp.close(),
  };
}

/** What nodemailer says of a failure, as far as we use it. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
  readonly permanent?: boolean;
}

function mailError(cause: unknown): MailError {
  const error = cause instanceof Error ? (cause as SmtpError) : new Error("unknown");
  return new MailError(sentenceFor(error), { permanent: isHopeless(error), cause });
}

/** A refused address stays refused. Wrong credentials do not: somebody mends the configuration. */
function isHopeless({ code, permanent }: SmtpError): boolean {
  return permanent === true && code !== "EAUTH" && code !== "ENOAUTH";
}

function sentenceFor({ code, responseCode }: SmtpError): string {
  const answer = responseCode === undefined ? "" : ` (${responseCode})`;
  switch (code) {
    case "EENVELOPE":
      return `The mail server does not take the address${answer}.`;
    case "EMESSAGE":
      return `The mail server does not take the message${answer}.`;
    case "EAUTH":
    case "ENOAUTH":
      return `The mail server refuses our credentials${answer}: look at the hub's SMTP address.`;
    case "ETLS":
    case "EREQUIRETLS":
      return "The connection to the mail server could not be made secure.";
    case "EDNS":
    case "ESOCKET":
    case "ECONNECTION":
    case "ETIMEDOUT":
      return "The mail server cannot be reached.";
    default:
      return `The mail server did not take the message${answer}.`;
  }
}
