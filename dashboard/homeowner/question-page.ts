import type { Answer, HomeQuestionView, Language } from "@caretaker/protocol";
import { call, PageProblem } from "./api.ts";
import { callLink, element } from "./element.ts";
import type { Page } from "./page.ts";
import { problemWords } from "./problem-words.ts";
import { type PageWords, wordsIn } from "./words/index.ts";

export interface QuestionApi {
  view(): Promise<HomeQuestionView>;
  opened(): Promise<void>;
  answer(answer: Answer): Promise<HomeQuestionView>;
}

/** What the link of a question can do. Only `view` is a GET, and it answers nothing. */
export function createQuestionApi(token: string): QuestionApi {
  const base = `/api/v1/questions/${encodeURIComponent(token)}`;
  return {
    view: async () => (await call(base, "GET")) as HomeQuestionView,
    opened: async () => {
      await call(`${base}/opened`, "POST", {});
    },
    answer: async (answer) => (await call(`${base}/answer`, "POST", { answer })) as HomeQuestionView,
  };
}

/** A question that allows nothing: its words are buttons, a number or a text is typed. */
export function createQuestionPage(root: HTMLElement, api: QuestionApi, language: Language): Page {
  let words = wordsIn(language);
  const status = element("p", { id: "status", class: "status", attributes: { tabindex: "-1", role: "status" } });
  const problem = element("p", { class: "problem", attributes: { role: "alert" } });
  const actions = element("div", { class: "actions" });

  function draw(view: HomeQuestionView): void {
    words = wordsIn(view.language);
    document.documentElement.lang = view.language;
    document.title = `${words.pageTitle} · ${view.firm.name}`;
    root.replaceChildren(
      element(
        "div",
        { class: "sheet" },
        element(
          "header",
          {},
          element("p", { class: "from" }, words.of(view.firm.name, view.home)),
          element("h1", {}, words.question.title(view.technician)),
        ),
        element("div", { class: "question" }, element("section", {}, element("p", { id: "asked" }, view.say))),
        status,
        problem,
        actions,
        element(
          "footer",
          {},
          callLink(words, view.firm),
          element("p", { class: "codes" }, words.question.allowsNothing),
        ),
      ),
    );
    show(view);
  }

  function show(view: HomeQuestionView): void {
    status.textContent =
      view.status === "answered"
        ? words.question.thanks
        : view.status === "over"
          ? words.question.over
          : words.question.hint;
    status.dataset.state = view.status === "open" ? "asked" : "ended";
    actions.replaceChildren(...(view.status === "open" ? inputs(view, words, send) : []));
  }

  async function send(answer: Answer): Promise<void> {
    for (const control of actions.querySelectorAll<HTMLButtonElement>("button, input")) control.disabled = true;
    problem.textContent = "";
    status.textContent = words.sending;
    try {
      show(await api.answer(answer));
    } catch (error) {
      const view = await api.view().catch(() => null);
      if (view !== null) show(view);
      else for (const control of actions.querySelectorAll<HTMLButtonElement>("button, input")) control.disabled = false;
      const code = error instanceof PageProblem ? error.code : "offline";
      problem.textContent = code === "invalid_input" ? words.question.bad : problemWords(words, code);
    }
    status.focus();
  }

  return {
    async open() {
      root.replaceChildren(element("p", { class: "loading" }, words.loading));
      try {
        draw(await api.view());
        void api.opened().catch(() => {});
      } catch (error) {
        const isUnknown = error instanceof PageProblem && error.code === "not_found";
        const { unknownTitle, unknown, offline } = words.problems;
        root.replaceChildren(
          element(
            "div",
            { class: "sheet" },
            element("h1", {}, isUnknown ? unknownTitle : words.pageTitle),
            element("p", { attributes: { role: "alert" } }, isUnknown ? unknown : offline),
          ),
        );
      }
    },
    close() {},
  };
}

function inputs(view: HomeQuestionView, words: PageWords, send: (answer: Answer) => Promise<void>): HTMLElement[] {
  const said: Readonly<Record<string, string>> = words.question.answers;
  const wordFor = (word: string): string => (Object.hasOwn(said, word) ? (said[word] ?? word) : word);
  if (typeof view.answers !== "string")
    return view.answers.map((word) =>
      element(
        "button",
        { class: "other", attributes: { type: "button" }, onclick: () => void send(word) },
        wordFor(word),
      ),
    );
  const isNumber = view.answers === "number";
  const field = element("input", {
    id: "answer",
    attributes: {
      type: "text",
      maxlength: "1000",
      "aria-describedby": "asked",
      autocomplete: "off",
      ...(isNumber ? { inputmode: "decimal" } : {}),
    },
  });
  const form = element(
    "form",
    { class: "when" },
    element("label", { attributes: { for: "answer" } }, words.question.yours),
    field,
    element("button", { class: "main", attributes: { type: "submit" } }, words.question.send),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim() !== "") void send(field.value.trim());
  });
  return [form];
}
