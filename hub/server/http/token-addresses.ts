import { operations } from "@caretaker/protocol";

/** The homeowner's pages. Each stands before a token, and whoever has that may see the page. */
export const HOMEOWNER_PAGES = ["/c", "/q", "/j", "/k"] as const;
/** The same of the technician's side, whose pages are told apart in the browser. */
const OTHER_PAGES = ["/invitations"] as const;

/** The first words of operations that a token opens, without `/api/v1`. */
export const TOKEN_DOORS: readonly string[] = [
  ...new Set(Object.values(operations).flatMap(({ path }) => /^\w+ (\/[^{]+)\/\{token\}/.exec(path)?.[1] ?? [])),
];

const BEFORE_TOKENS = [...HOMEOWNER_PAGES, ...OTHER_PAGES, ...TOKEN_DOORS.map((door) => `/api/v1${door}`)];
const TOKEN = new RegExp(`^(${BEFORE_TOKENS.join("|")})/[^/]+`);

/** The path of an address as it may be told and logged: without its query, and without the token of a link. */
export function tellablePath(url: string): string {
  return (url.split("?")[0] ?? "").replace(TOKEN, "$1/…").slice(0, 200);
}
