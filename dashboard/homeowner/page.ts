import type { AgreedWindow, ConsentAnswer, ConsentView, Language } from "@caretaker/protocol";
import { type Api, PageProblem } from "./api.ts";
import { element } from "./element.ts";
import { signYes } from "./passkey.ts";
import { problemWords } from "./problem-words.ts";
import { createScreen, type Screen } from "./screen.ts";
import { type PageWords, wordsIn } from "./words/index.ts";

/** While something is done in the home the page follows closely; while it waits for an answer it need not. */
const FOLLOW_EVERY = 2_000;
const WAIT_EVERY = 10_000;

export interface Page {
  /** Draws the page and follows what happens until it has ended. */
  open(): Promise<void>;
  close(): void;
}

/** The homeowner's page in `root`. `language` is the browser's, until the hub says that of the person who was asked. */
export function createPage(root: HTMLElement, api: Api, language: Language): Page {
  let words = wordsIn(language);
  let screen: Screen | null = null;
  let view: ConsentView | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isBusy = false;
  let isClosed = false;

  function show(next: ConsentView): void {
    const isFirst = view === null;
    view = next;
    words = wordsIn(next.language);
    document.documentElement.lang = next.language;
    document.title = `${words.pageTitle} · ${next.firm.name}`;
    if (isFirst || screen === null) {
      screen = createScreen(next, words, {
        onAnswer: handleAnswer,
        onPasskey: handlePasskey,
        onStop: handleStop,
        onCallMe: handleCallMe,
        onJournal: () => api.journal(),
      });
      root.replaceChildren(screen.root);
    }
    screen.show(next);
    screen.tell(null);
    // Said by the page, never by a GET: a program that only fetches links does not get here.
    if (isFirst) void api.opened().catch(() => {});
  }

  function fail(error: unknown): void {
    const code = error instanceof PageProblem ? error.code : "offline";
    if (code === "not_found") {
      view = null;
      screen = null;
      root.replaceChildren(unknownLink(words));
      return;
    }
    if (screen !== null) screen.tell(problemWords(words, code));
    else
      root.replaceChildren(element("p", { class: "problem", attributes: { role: "alert" } }, words.problems.offline));
  }

  async function follow(): Promise<void> {
    clearTimeout(timer);
    if (isClosed || isBusy) return;
    if (!document.hidden) {
      try {
        const next = await api.view();
        // An answer that was pressed meanwhile knows better than what was read before it.
        if (!isBusy && !isClosed) show(next);
      } catch (error) {
        if (!isBusy && !isClosed) fail(error);
        if (error instanceof PageProblem && error.code === "not_found") return;
      }
    }
    schedule();
  }

  function schedule(): void {
    clearTimeout(timer);
    if (isClosed || (view !== null && hasEnded(view))) return;
    const isMoving = view?.canStop === true || view?.progress.state === "stopping";
    timer = setTimeout(() => void follow(), isMoving ? FOLLOW_EVERY : WAIT_EVERY);
  }

  async function send(request: () => Promise<ConsentView>): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    clearTimeout(timer);
    screen?.tell(null);
    screen?.setBusy(true);
    let problem: unknown = null;
    try {
      view = await request();
    } catch (error) {
      problem = error;
      // What is true now may differ from what the page shows: read it again, and say what went wrong beside it.
      view = await api.view().catch(() => view);
    }
    isBusy = false;
    screen?.setBusy(false);
    if (view !== null) show(view);
    if (problem !== null) fail(problem);
    else screen?.focusStatus();
    schedule();
  }

  function handleAnswer(answer: ConsentAnswer, window?: AgreedWindow): void {
    const code = view?.proposalCode ?? "";
    void send(() => api.answer(answer, code, window));
  }

  function handlePasskey(): void {
    const code = view?.proposalCode ?? "";
    void send(async () => api.allowSigned(code, await signYes(await api.passkeyChallenge())));
  }

  function handleStop(): void {
    void send(() => api.stop());
  }

  function handleCallMe(): void {
    void send(() => api.callMe());
  }

  function handleVisibility(): void {
    if (!document.hidden) void follow();
  }

  return {
    async open() {
      root.replaceChildren(element("p", { class: "loading" }, words.loading));
      document.addEventListener("visibilitychange", handleVisibility);
      await follow();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", handleVisibility);
    },
  };
}

function hasEnded({ status, canStop, canAnswer, progress }: ConsentView): boolean {
  if (canStop || canAnswer || progress.state === "stopping") return false;
  return (
    progress.state === "done" || progress.state === "stopped" || !["asked", "allowed", "withdrawn"].includes(status)
  );
}

function unknownLink({ problems }: PageWords): HTMLElement {
  return element(
    "div",
    { class: "sheet" },
    element("h1", {}, problems.unknownTitle),
    element("p", { attributes: { role: "alert" } }, problems.unknown),
  );
}
