import type { HomeJournal, JournalEntry, Language } from "@caretaker/protocol";
import { call, PageProblem } from "./api.ts";
import { element } from "./element.ts";
import type { Page } from "./page.ts";
import { type PageWords, wordsIn } from "./words/index.ts";

export interface JournalApi {
  open(before?: number): Promise<HomeJournal>;
}

/** By POST: a program that only fetches links opens nothing. */
export function createJournalApi(token: string): JournalApi {
  const url = `/api/v1/journal/${encodeURIComponent(token)}`;
  return {
    open: async (before) => (await call(url, "POST", before === undefined ? {} : { before })) as HomeJournal,
  };
}

/** What was asked, allowed and done in a home, newest first. */
export function createJournalPage(root: HTMLElement, api: JournalApi, language: Language): Page {
  let words = wordsIn(language);
  const list = element("ol", { class: "journal" });
  const more = element("button", { class: "other", attributes: { type: "button" } });
  const problem = element("p", { class: "problem", attributes: { role: "alert" } });

  function add(journal: HomeJournal): void {
    const added = journal.entries.map((entry) => lineOf(entry, journal, words));
    list.append(...added);
    more.hidden = journal.nextBefore === null;
    more.textContent = words.journal.more;
    more.onclick = () => void next(journal.nextBefore ?? 1, added.at(-1) ?? null);
  }

  async function next(before: number, last: HTMLElement | null): Promise<void> {
    more.disabled = true;
    problem.textContent = "";
    try {
      add(await api.open(before));
      // Whoever reads with the keyboard goes on where the new lines begin.
      (last?.nextElementSibling as HTMLElement | null)?.focus();
    } catch (error) {
      const isOver = error instanceof PageProblem && error.code === "not_found";
      problem.textContent = isOver ? words.problems.unknown : words.problems.offline;
    }
    more.disabled = false;
  }

  return {
    async open() {
      root.replaceChildren(element("p", { class: "loading" }, words.loading));
      try {
        const journal = await api.open();
        words = wordsIn(journal.language);
        document.documentElement.lang = journal.language;
        document.title = `${words.journal.title} · ${journal.firm.name}`;
        root.replaceChildren(
          element(
            "div",
            { class: "sheet" },
            element(
              "header",
              {},
              element("p", { class: "from" }, words.of(journal.firm.name, journal.home)),
              element("h1", {}, words.journal.title),
            ),
            standingOf(journal, words),
            element("h2", {}, words.whatHappened),
            list,
            problem,
            more,
            element("footer", {}, element("p", { class: "codes" }, words.journal.verify(journal.code))),
          ),
        );
        add(journal);
      } catch (error) {
        const isUnknown = error instanceof PageProblem && error.code === "not_found";
        root.replaceChildren(
          element(
            "div",
            { class: "sheet" },
            element("h1", {}, isUnknown ? words.problems.unknownTitle : words.journal.title),
            element(
              "p",
              { attributes: { role: "alert" } },
              isUnknown ? words.problems.unknown : words.problems.offline,
            ),
          ),
        );
      }
    },
    close() {},
  };
}

function standingOf({ standing, timeZone }: HomeJournal, words: PageWords): HTMLElement {
  const items = standing.map(({ words: sentence, givenAt, givenBy, until }) =>
    element(
      "li",
      {},
      sentence,
      " ",
      element("small", {}, words.journal.since(dayIn(givenAt, timeZone, words), givenBy)),
      ...(until === null ? [] : [" ", element("small", {}, words.journal.until(momentIn(until, timeZone, words)))]),
    ),
  );
  return element(
    "section",
    {},
    element("h2", {}, words.journal.standing),
    items.length === 0 ? element("p", {}, words.journal.standsNothing) : element("ul", {}, ...items),
  );
}

function lineOf(
  { at, words: sentence, details }: JournalEntry,
  { timeZone }: HomeJournal,
  words: PageWords,
): HTMLElement {
  return element(
    "li",
    { attributes: { tabindex: "-1" } },
    element("time", { attributes: { datetime: at } }, momentIn(at, timeZone, words)),
    element("b", {}, sentence),
    ...details.map((detail) => element("p", {}, detail)),
  );
}

function dayIn(moment: string, timeZone: string, { locale }: PageWords): string {
  return new Intl.DateTimeFormat(locale, { timeZone, dateStyle: "long" }).format(new Date(moment));
}

function momentIn(moment: string, timeZone: string, { locale }: PageWords): string {
  return new Intl.DateTimeFormat(locale, { timeZone, dateStyle: "medium", timeStyle: "short" }).format(
    new Date(moment),
  );
}
