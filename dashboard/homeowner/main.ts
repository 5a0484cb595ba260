import { createApi } from "./api.ts";
import { createJournalApi, createJournalPage } from "./journal-page.ts";
import { createPage } from "./page.ts";
import { createPasskeyApi, createPasskeyPage } from "./passkey-page.ts";
import { createQuestionApi, createQuestionPage } from "./question-page.ts";
import { browserLanguage } from "./words/index.ts";

/**
 * The link is `/c/<token>`, `/q/<token>` for a question that allows nothing, `/j/<token>` for the journal of the home, or
 * `/k/<token>` to make a passkey for the box there. Anything else the hub knows nothing of.
 */
const [, kind, token = "unknown"] = /^\/([cqjk])\/([^/]+)\/?$/.exec(location.pathname) ?? [];
const root = document.querySelector<HTMLElement>("#page");
const language = browserLanguage(navigator.languages);
// Until a link says whose language it is, and for ever where it leads nowhere.
document.documentElement.lang = language;

if (root !== null && kind === "q") void createQuestionPage(root, createQuestionApi(token), language).open();
else if (root !== null && kind === "j") void createJournalPage(root, createJournalApi(token), language).open();
else if (root !== null && kind === "k") void createPasskeyPage(root, createPasskeyApi(token), language).open();
else if (root !== null) void createPage(root, createApi(token), language).open();
