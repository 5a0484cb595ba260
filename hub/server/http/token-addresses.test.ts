import { readFileSync } from "node:fs";
import { join } from "node:path";
import { operations } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { HOMEOWNER_PAGES, TOKEN_DOORS, tellablePath } from "./token-addresses.ts";

const DASHBOARD = join(import.meta.dirname, "..", "..", "..", "dashboard");
const read = (path: string): string => readFileSync(join(DASHBOARD, path), "utf8");
const TOKEN = "s3cret-T0ken_of-a-link";

const links = Object.values(operations)
  .map(({ path }) => path.split(" ")[1] ?? "")
  .filter((path) => path.includes("{token}"))
  .map((path) => `/api/v1${path.replace("{token}", TOKEN)}`);
/** What the two browsers' sides themselves say of their pages. */
const homeowner = [...(/\^\\\/\(\[(\w+)\]\)/.exec(read("homeowner/main.ts"))?.[1] ?? "")].map((page) => `/${page}`);
const technician = [...read("technician/router.tsx").matchAll(/path: "([^"]*)\$token/g)].map(([, path]) => path);

describe("an address that is logged or told", () => {
  it.each([
    ...new Set([
      ...links,
      ...HOMEOWNER_PAGES.flatMap((page) => [`${page}/${TOKEN}`, `${page}/${TOKEN}/`, `${page}/${TOKEN}?from=mail`]),
      ...technician.map((path) => `${path}${TOKEN}`),
    ]),
  ])("has no token in it: %s", (url) => {
    expect(tellablePath(url)).toContain("/…");
    expect(tellablePath(url)).not.toContain(TOKEN);
  });

  it.each(["/api/v1/sites/019aa000", "/calls/of-today", "/questions", "/api/v1/consent"])(
    "is told as it is: %s",
    (url) => {
      expect(tellablePath(`${url}?q=Lee`)).toBe(url);
    },
  );

  it("is known of every page that a token opens, whoever adds one", () => {
    expect(homeowner.length).toBeGreaterThan(3);
    expect([...HOMEOWNER_PAGES].sort()).toEqual(homeowner.sort());
    expect(technician).toEqual(["/invitations/"]);
    expect(TOKEN_DOORS).toEqual(expect.arrayContaining(["/consent", "/questions", "/journal", "/passkeys"]));
    expect(readFileSync(join(import.meta.dirname, "pages.ts"), "utf8").match(/:token/g)).toHaveLength(1);
  });
});
