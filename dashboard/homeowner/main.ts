import { createApi } from "./api.ts";
import { createPage } from "./page.ts";
import { browserLanguage } from "./words/index.ts";

/** The link is `/c/<token>`. Anything else is asked for too, and the hub answers that it knows no such link. */
const token = /^\/c\/([^/]+)\/?$/.exec(location.pathname)?.[1] ?? "unknown";
const root = document.querySelector<HTMLElement>("#page");

if (root !== null) void createPage(root, createApi(token), browserLanguage(navigator.languages)).open();
