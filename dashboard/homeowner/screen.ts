import type { AgreedWindow, ConsentAnswer, ConsentView } from "@caretaker/protocol";
import { anotherTime, windowWords } from "./another-time.ts";
import { callLink, element } from "./element.ts";
import { hasPasskeys } from "./passkey.ts";
import type { PageWords } from "./words/index.ts";

export interface Handlers {
  readonly onAnswer: (answer: ConsentAnswer, window?: AgreedWindow) => void;
  /** A yes that is signed with a passkey, which the box in the home judges itself. */
  readonly onPasskey: () => void;
  readonly onStop: () => void;
  readonly onCallMe: () => void;
  /** Resolves once the link is on its way. */
  readonly onJournal: () => Promise<void>;
}

/** The parts of the page. What is asked is drawn once; the rest is drawn anew when it changes, so focus stays where it is. */
export interface Screen {
  readonly root: HTMLElement;
  show(view: ConsentView): void;
  /** Says what went wrong, or takes that away with null. */
  tell(problem: string | null): void;
  /** While an answer is on its way nothing can be pressed twice. */
  setBusy(isBusy: boolean): void;
  /** After an answer the reader of a screen reader hears what is true now. */
  focusStatus(): void;
}

export function createScreen(view: ConsentView, words: PageWords, handlers: Handlers): Screen {
  const title = element("h1", {});
  const status = element("p", { id: "status", class: "status", attributes: { tabindex: "-1", role: "status" } });
  const problem = element("p", { class: "problem", attributes: { role: "alert" } });
  const progress = createProgress(words);
  const result = createResult(words);
  const call = createCall(words, handlers.onCallMe);
  const actions = element("div", { class: "actions" });
  const root = element(
    "div",
    { class: "sheet" },
    element("header", {}, element("p", { class: "from" }, words.of(view.firm.name, view.home)), title),
    status,
    problem,
    result.root,
    progress.root,
    questionOf(view, words),
    actions,
    call.root,
    journalWish(words, handlers.onJournal),
    footerOf(view, words),
  );
  let drawn = "";
  let buttons = "";
  let isChoosing = false;
  const drawButtons = (next: ConsentView): void => actions.replaceChildren(...buttonsOf(next, words, handlers, choose));
  const choose = (next: ConsentView): void => {
    isChoosing = true;
    const leave = (): void => {
      isChoosing = false;
    };
    actions.replaceChildren(
      anotherTime(next, words, {
        onChosen: (window) => {
          leave();
          handlers.onAnswer("another_time", window);
        },
        onNotYet: () => {
          leave();
          handlers.onAnswer("another_time");
        },
        onBack: () => {
          leave();
          drawButtons(next);
          actions.querySelector("button")?.focus();
        },
      }),
    );
    actions.querySelector<HTMLElement>("h2")?.focus();
  };
  return {
    root,
    show(next) {
      const key = JSON.stringify([
        next.status,
        next.canAnswer,
        next.takesPasskey,
        next.canStop,
        next.ended,
        next.emergency,
        next.progress,
        next.startBy,
        next.callAskedAt,
        next.window,
      ]);
      if (key === drawn) return;
      drawn = key;
      const titled = next.status === "asked" ? words.title(next.technician) : words.titleAfter(next.technician);
      if (title.textContent !== titled) title.textContent = titled;
      const sentence = statusWords(next, words);
      if (status.textContent !== sentence) status.textContent = sentence;
      status.dataset.state = toneOf(next);
      progress.show(next);
      call.show(next);
      result.show(next);
      const wanted = `${next.canAnswer} ${next.takesPasskey} ${next.canStop}`;
      // Whoever is choosing a time goes on, unless nothing can be chosen any more.
      if (wanted === buttons && (isChoosing || actions.firstChild !== null)) return;
      buttons = wanted;
      isChoosing = false;
      drawButtons(next);
    },
    tell(sentence) {
      problem.textContent = sentence ?? "";
    },
    setBusy(isBusy) {
      root.setAttribute("aria-busy", String(isBusy));
      for (const button of root.querySelectorAll("button")) button.disabled = isBusy;
      if (isBusy) status.textContent = words.sending;
      else drawn = "";
    },
    focusStatus: () => status.focus(),
  };
}

/** Nobody of the home allowed an emergency: who did, and why, stands before what becomes of it. */
function statusWords(view: ConsentView, words: PageWords): string {
  if (view.emergency === null) return stateWords(view, words);
  const isWaiting = view.status === "allowed" && view.progress.state === "not_started" && view.ended === null;
  return isWaiting ? view.emergency : `${view.emergency} ${stateWords(view, words)}`;
}

function stateWords(view: ConsentView, words: PageWords): string {
  const { status, progress } = view;
  const said = words.status;
  if (view.ended !== null) return [view.ended, progress.outcome].filter(Boolean).join(" ");
  if (progress.outcome !== null) return progress.outcome;
  if (status === "asked") {
    return view.canAnswer ? `${said.asked} ${words.answerBy(momentIn(view, words, view.answerBy))}` : said.cannotAnswer;
  }
  if (status === "expired" && view.answeredAt !== null) return said.notBegun;
  if (status === "withdrawn") return progress.state === "stopping" ? said.stopping : said.withdrawn;
  if (progress.state === "working") return said.working;
  if (progress.state === "done") return said.done;
  if (status === "allowed" && view.window !== null) return windowWords(view, words, view.window, words.agreed);
  if (status === "allowed" && view.startBy !== null) {
    return `${said.allowed} ${words.startBy(momentIn(view, words, view.startBy))}`;
  }
  return said[status];
}

/** How the status is coloured; its words say the same. */
function toneOf({ status, progress }: ConsentView): string {
  if (status === "asked") return "asked";
  if (progress.state === "working" || progress.state === "stopping") return progress.state;
  if (progress.isWell) return "well";
  return status === "allowed" ? "allowed" : "ended";
}

/** The journal is sent, never shown here: this link may have been passed on. */
function journalWish(words: PageWords, onJournal: () => Promise<void>): HTMLElement {
  const said = element("p", { attributes: { role: "status" } });
  const button = element(
    "button",
    {
      class: "call-me",
      attributes: { type: "button" },
      onclick: () => {
        button.hidden = true;
        onJournal().then(
          () => {
            said.textContent = words.journal.sent;
          },
          () => {
            said.textContent = words.problems.tooMany;
          },
        );
      },
    },
    words.journal.ask,
  );
  return element("div", { class: "wish journal-wish" }, button, said);
}

/** What was, and what is now, of each thing that was put right. */
function createResult(words: PageWords): { root: HTMLElement; show(view: ConsentView): void } {
  const list = element("dl", {});
  const root = element("section", { class: "result" }, element("h2", {}, words.result.title), list);
  root.hidden = true;
  let shown = "";
  return {
    root,
    show({ progress }) {
      const key = JSON.stringify(progress.results);
      if (key === shown) return;
      shown = key;
      root.hidden = progress.results.length === 0;
      list.replaceChildren(
        ...progress.results.flatMap(({ thing, before, after }) => [
          element("dt", {}, thing),
          element("dd", {}, element("b", {}, `${words.result.before}: `), before),
          element("dd", {}, element("b", {}, `${words.result.after}: `), after),
        ]),
      );
    },
  };
}

/** A wish to be called stands beside every answer, and takes none away. What was wished is said where it was pressed. */
function createCall(words: PageWords, onCallMe: () => void): { root: HTMLElement; show(view: ConsentView): void } {
  const said = element("p", { attributes: { role: "status" } });
  const button = element(
    "button",
    { class: "call-me", attributes: { type: "button" }, onclick: onCallMe },
    words.callMe,
  );
  return {
    root: element("div", { class: "wish" }, button, said),
    show({ callAskedAt }) {
      button.hidden = callAskedAt !== null;
      const sentence = callAskedAt === null ? "" : words.callAsked;
      if (said.textContent !== sentence) said.textContent = sentence;
    },
  };
}

interface Progress {
  readonly root: HTMLElement;
  show(view: ConsentView): void;
}

/**
 * What happens, line by line. Lines are only added, so that a screen reader says each of them once. The list is there
 * before its first line: what appears together with its words is not read aloud.
 */
function createProgress(words: PageWords): Progress {
  const list = element("ol", { attributes: { "aria-live": "polite", "aria-relevant": "additions" } });
  const title = element("h2", {}, words.whatHappened);
  const root = element("section", { class: "progress" }, title, list);
  title.hidden = true;
  let shown: string[] = [];
  return {
    root,
    show(view) {
      const { steps } = view.progress;
      const keys = steps.map(({ at, words: sentence }) => `${at} ${sentence}`);
      const isLonger = shown.every((key, index) => key === keys[index]);
      const added = isLonger ? steps.slice(shown.length) : steps;
      const rows = added.map(({ at, words: sentence }) =>
        element(
          "li",
          {},
          element("time", { attributes: { datetime: at } }, timeIn(view, words, at)),
          element("span", {}, sentence),
        ),
      );
      if (isLonger) list.append(...rows);
      else list.replaceChildren(...rows);
      shown = keys;
      title.hidden = steps.length === 0;
    },
  };
}

function buttonsOf(
  view: ConsentView,
  words: PageWords,
  { onAnswer, onPasskey, onStop }: Handlers,
  choose: (view: ConsentView) => void,
): HTMLElement[] {
  const button = (label: string, kind: string, onclick: () => void): HTMLElement =>
    element("button", { class: kind, attributes: { type: "button" }, onclick }, label);
  // The box takes no other yes from this page: the plain one would come to nothing.
  const isSigned = view.takesPasskey && hasPasskeys();
  const answers: HTMLElement[] = [];
  if (isSigned) answers.push(button(words.passkey.allow, "main", onPasskey));
  else if (view.canAnswer) answers.push(button(words.allow, "main", () => onAnswer("allow")));
  if (view.canAnswer) {
    answers.push(button(words.anotherTime, "other", () => choose(view)));
    answers.push(button(words.no, "other", () => onAnswer("no")));
  }
  // Also where it was allowed by the plain button, and the box waits for its own yes.
  if (isSigned) answers.push(element("p", { class: "elsewhere" }, words.passkey.elsewhere));
  return view.canStop ? [...answers, button(words.stopNow, "stop", onStop)] : answers;
}

function questionOf(view: ConsentView, words: PageWords): HTMLElement {
  const parts: readonly (readonly [title: string, sentences: readonly string[]])[] = [
    [words.why, [view.why]],
    [words.what, view.what],
    [words.notice, view.notice],
    [words.howLong, [words.minutes(view.minutes)]],
    [words.price, view.price === null ? [] : [view.price]],
    [words.seen, view.seen],
    [words.undo, view.undo],
    [words.stop, [words.stopHow]],
    [words.ifNo, [view.ifNo]],
  ];
  const sections = parts
    .filter(([, sentences]) => sentences.length > 0)
    .map(([title, sentences]) =>
      element("section", {}, element("h2", {}, title), ...sentences.map((sentence) => element("p", {}, sentence))),
    );
  return element("div", { class: "question" }, ...sections);
}

function footerOf({ firm, ledgerCode, proposalCode }: ConsentView, words: PageWords): HTMLElement {
  const codes = element("p", { class: "codes" }, words.codes(ledgerCode, proposalCode));
  return element("footer", {}, callLink(words, firm), codes);
}

/** In the zone of the home, and saying so when the reader is somewhere else. */
function momentIn({ timeZone }: ConsentView, words: PageWords, moment: string): string {
  const format = (zone?: string): string =>
    new Intl.DateTimeFormat(words.locale, {
      weekday: "long",
      day: "numeric",
      month: "long",
      hour: "2-digit",
      minute: "2-digit",
      ...(zone === undefined ? {} : { timeZone: zone }),
    }).format(new Date(moment));
  const there = format(timeZone);
  return there === format() ? there : `${there} ${words.homeTime}`;
}

function timeIn({ timeZone }: ConsentView, words: PageWords, moment: string): string {
  return new Intl.DateTimeFormat(words.locale, { timeZone, hour: "2-digit", minute: "2-digit" }).format(
    new Date(moment),
  );
}
