import type { Language } from "@caretaker/protocol";
import type { AskedText } from "./asked-text.ts";
import { wordsIn } from "./words/index.ts";

export interface MessageFacts {
  readonly language: Language;
  readonly asked: AskedText;
  readonly link: string;
  /** When it must be answered by, already in the words and the zone of the home. */
  readonly answerBy: string;
  /** The short code of the ledger's head. */
  readonly code: string;
}

export interface MessageWords {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The message that asks: the same as plain text and as simple HTML, without images and without anything that tracks. */
export function composeMessage({ language, asked, link, answerBy, code }: MessageFacts): MessageWords {
  const { message } = wordsIn(language);
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    [message.why, [asked.why]],
    [message.what, asked.what],
    [message.notice, asked.notice],
    [message.howLong, [message.minutes(asked.minutes)]],
    [message.seen, asked.seen],
    ...(asked.undo.length === 0 ? [] : [[message.undo, asked.undo] as const]),
    [message.ifNoTitle, [asked.ifNo]],
  ];
  const opening = [message.hello(asked.homeownerName), message.intro(asked.technician, asked.firm, asked.home)];
  const closing = [
    message.answerBy(answerBy),
    message.stop,
    ...(asked.phone === null ? [] : [message.questions(asked.phone)]),
    message.linkIsYours,
    message.code(code),
  ];
  return {
    subject: oneLine(message.subject(asked.firm)),
    text: [
      ...opening,
      ...sections.map(([title, lines]) => [title, ...lines.map((line) => `- ${line}`)].join("\n")),
      `${message.answerHere}\n${link}`,
      ...closing,
      asked.firm,
    ].join("\n\n"),
    html: page(language, [
      ...opening.map(paragraph),
      ...sections.map(([title, lines]) => section(title, lines)),
      `<p><a href="${escapeHtml(link)}" style="${BUTTON}">${escapeHtml(message.button)}</a></p>`,
      `<p style="${SMALL}">${escapeHtml(message.answerHere)} ${escapeHtml(link)}</p>`,
      ...closing.map(paragraph),
      paragraph(asked.firm),
    ]),
  };
}

/** The message once more, with a sentence before it that says so. */
export function composeReminder(language: Language, firm: string, { text, html }: MessageWords): MessageWords {
  const { reminder } = wordsIn(language);
  return {
    subject: oneLine(reminder.subject(firm)),
    text: `${reminder.opening}\n\n${text}`,
    html: html.replace(/(<body[^>]*>)/, (body) => `${body}${paragraph(reminder.opening)}\n`),
  };
}

// Mail programs read styles only where they stand, and dark ones turn these colours themselves.
const BODY =
  "font-family:system-ui,sans-serif;font-size:17px;line-height:1.5;max-width:36em;margin:0 auto;padding:16px";
const BUTTON =
  "display:inline-block;padding:12px 24px;border-radius:8px;background:#1f4fa3;color:#ffffff;text-decoration:none;font-weight:600";
const SMALL = "font-size:14px;word-break:break-all";

function page(language: Language, parts: readonly string[]): string {
  const head = '<meta charset="utf-8"><meta name="color-scheme" content="light dark">';
  return `<!doctype html><html lang="${language}"><head>${head}</head><body style="${BODY}">${parts.join("\n")}</body></html>`;
}

function section(title: string, lines: readonly string[]): string {
  const items = lines.map((line) => `<li>${escapeHtml(line)}</li>`).join("");
  return `<h2 style="font-size:17px;margin:20px 0 4px">${escapeHtml(title)}</h2><ul style="margin:0;padding-left:20px">${items}</ul>`;
}

function paragraph(words: string): string {
  return `<p>${escapeHtml(words)}</p>`;
}

const ESCAPED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(words: string): string {
  return words.replace(/[&<>"']/g, (character) => ESCAPED[character] ?? character);
}

function oneLine(words: string): string {
  return words.replace(/\s+/g, " ").trim();
}
