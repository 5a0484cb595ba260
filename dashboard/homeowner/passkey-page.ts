import type { Language, MadePasskey, PasskeyView } from "@caretaker/protocol";
import { call, PageProblem } from "./api.ts";
import { callLink, element } from "./element.ts";
import type { Page } from "./page.ts";
import { hasPasskeys, makePasskey } from "./passkey.ts";
import { problemWords } from "./problem-words.ts";
import { type PageWords, wordsIn } from "./words/index.ts";

export interface PasskeyApi {
  view(): Promise<PasskeyView>;
  make(credential: MadePasskey): Promise<PasskeyView>;
}

/** What the link on the page of the box can do. Only `view` is a GET, and it makes nothing. */
export function createPasskeyApi(token: string): PasskeyApi {
  const path = `/api/v1/passkeys/${encodeURIComponent(token)}`;
  return {
    view: async () => (await call(path, "GET")) as PasskeyView,
    make: async (credential) => (await call(path, "POST", { credential })) as PasskeyView,
  };
}

/** Somebody at the box confirms it in the meantime. */
const LOOK_EVERY = 3_000;

/** On which a household makes a passkey for the box in its home: one button, then a code to compare. */
export function createPasskeyPage(root: HTMLElement, api: PasskeyApi, language: Language): Page {
  let words = wordsIn(language);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  /** As this page worked it out itself; null where the page was loaded anew since. */
  let ownCode: string | null = null;
  const status = element("p", { id: "status", class: "status", attributes: { tabindex: "-1", role: "status" } });
  const problem = element("p", { class: "problem", attributes: { role: "alert" } });
  const code = element("p", { class: "passkey-code" });
  const actions = element("div", { class: "actions" });

  function draw({ language: spoken, firm, home, offer }: PasskeyView): void {
    words = wordsIn(spoken);
    document.documentElement.lang = spoken;
    document.title = `${words.passkey.pageTitle} · ${firm.name}`;
    root.replaceChildren(
      element(
        "div",
        { class: "sheet" },
        element(
          "header",
          {},
          element("p", { class: "from" }, words.of(firm.name, home)),
          element("h1", {}, words.passkey.title(offer.name)),
        ),
        status,
        problem,
        code,
        element("div", { class: "question" }, element("section", {}, element("p", {}, words.passkey.means))),
        actions,
        element("footer", {}, callLink(words, firm)),
      ),
    );
  }

  function show(view: PasskeyView): void {
    const { state, code: known } = view.offer;
    const isOther = known !== null && ownCode !== null && known !== ownCode;
    status.dataset.state = state === "kept" ? "well" : state === "made" && !isOther ? "allowed" : "asked";
    const said = { open: words.passkey.begin, made: words.passkey.compare, kept: words.passkey.kept };
    const sentence = isOther ? words.passkey.altered : said[state];
    if (status.textContent !== sentence) status.textContent = sentence;
    code.textContent = state === "open" ? "" : (ownCode ?? known ?? "");
    code.hidden = code.textContent === "";
    actions.replaceChildren(...(state === "open" ? [makeButton(view)] : []));
    if (state === "open" && !hasPasskeys()) {
      actions.replaceChildren();
      problem.textContent = words.problems.passkeyDevice;
    }
    if (state === "made" && !isOther) follow();
  }

  function makeButton(view: PasskeyView): HTMLElement {
    const onclick = (): void => void make(view);
    return element("button", { class: "main", attributes: { type: "button" }, onclick }, words.passkey.make);
  }

  async function make(view: PasskeyView): Promise<void> {
    for (const button of actions.querySelectorAll("button")) button.disabled = true;
    problem.textContent = "";
    try {
      const made = await makePasskey(view.offer, { firm: view.firm.name, home: view.home });
      ownCode = made.code;
      status.textContent = words.sending;
      show(await api.make(made.credential));
    } catch (error) {
      problem.textContent = saidOf(error);
      show(await api.view().catch(() => view));
    }
    status.focus();
  }

  function follow(): void {
    clearTimeout(timer);
    if (isClosed) return;
    timer = setTimeout(() => {
      api.view().then(show, (error: unknown) => {
        if (!(error instanceof PageProblem && error.code === "not_found")) return follow();
        // Somebody said no at the box, or its time is over.
        status.dataset.state = "ended";
        status.textContent = words.passkey.ended;
        code.hidden = true;
      });
    }, LOOK_EVERY);
  }

  const saidOf = (error: unknown): string => problemWords(words, error instanceof PageProblem ? error.code : "offline");

  return {
    async open() {
      root.replaceChildren(element("p", { class: "loading" }, words.loading));
      try {
        const view = await api.view();
        draw(view);
        show(view);
      } catch (error) {
        root.replaceChildren(leadsNowhere(words, error));
      }
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

function leadsNowhere(words: PageWords, error: unknown): HTMLElement {
  const isUnknown = error instanceof PageProblem && error.code === "not_found";
  const said = isUnknown
    ? words.passkey.unknown
    : problemWords(words, error instanceof PageProblem ? error.code : "offline");
  return element(
    "div",
    { class: "sheet" },
    element("h1", {}, isUnknown ? words.problems.unknownTitle : words.passkey.pageTitle),
    element("p", { attributes: { role: "alert" } }, said),
  );
}
