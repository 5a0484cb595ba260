import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contentSecurityPolicy, docsPolicy } from "./security-headers.ts";
import { openTestDoor, PASSWORD } from "./test-door.ts";

const OUTSIDE = "outside-the-folder-4d1e";
let folder: string;
let door: Awaited<ReturnType<typeof openTestDoor>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "caretaker-pages-"));
  const dashboard = join(folder, "dist");
  await mkdir(join(dashboard, "assets"), { recursive: true });
  const html = (what: string) => `<!doctype html><title>${what}</title><script nonce="__CSP_NONCE__"></script>`;
  await Promise.all([
    writeFile(join(folder, "secret.txt"), OUTSIDE),
    writeFile(join(dashboard, ".env"), OUTSIDE),
    writeFile(join(dashboard, "index.html"), html("technician")),
    writeFile(join(dashboard, "consent.html"), html("homeowner")),
    writeFile(join(dashboard, "favicon.svg"), "<svg/>"),
    writeFile(join(dashboard, "assets", "main-1a2b.js"), "export {};"),
  ]);
  door = await openTestDoor({ dashboard });
});

afterAll(async () => {
  await door.close();
  await rm(folder, { recursive: true });
});

/** On every answer, whatever it is. */
const ALWAYS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-dns-prefetch-control": "off",
  "x-download-options": "noopen",
  "x-frame-options": "DENY",
  "x-permitted-cross-domain-policies": "none",
  "x-xss-protection": "0",
};
const NO_PAGE = contentSecurityPolicy(null);
/** Of the connection and the body, or different each time and looked at by tests of their own. */
const OWN_TESTS = ["connection", "keep-alive", "date", "content-length", "etag", "last-modified", "x-request-id"];

async function headersOf(path: string, init: RequestInit = {}): Promise<Record<string, string>> {
  const answer = await door.browser().fetch(path, init);
  await answer.text();
  return Object.fromEntries([...answer.headers].filter(([name]) => !OWN_TESTS.includes(name)));
}

/** Sends a path as it is: `fetch` would tidy it up first. */
function raw(path: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(door.url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path }, async (answer) => {
      resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(await answer.toArray()).toString("utf8") });
    })
      .on("error", reject)
      .end();
  });
}

describe("the headers of an answer", () => {
  it.each([
    ["an operation", "/api/v1/setup", "application/json; charset=utf-8", "no-store"],
    ["the API's document", "/api/v1/openapi.json", "application/json; charset=utf-8", "no-store"],
    ["a refusal", "/api/v1/sites", "application/problem+json; charset=utf-8", "no-store"],
    ["what is not there", "/api/v1/nope", "application/problem+json; charset=utf-8", "no-store"],
    ["a closed door of the sign-in library", "/api/auth/ok", "application/problem+json; charset=utf-8", "no-store"],
    ["a health check", "/healthz", "application/json; charset=utf-8", undefined],
    ["an asset", "/assets/main-1a2b.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"],
    ["an icon", "/favicon.svg", "image/svg+xml", "public, max-age=3600"],
  ])("are exactly these on %s", async (_, path, type, cache) => {
    const headers = await headersOf(path);
    for (const name of ["ratelimit", "ratelimit-policy", "accept-ranges"]) delete headers[name];

    expect(headers).toEqual({
      ...ALWAYS,
      "content-security-policy": NO_PAGE,
      "content-type": type,
      ...(cache === undefined ? {} : { "cache-control": cache }),
    });
  });

  it.each([
    ["the technician's page", "/", contentSecurityPolicy],
    ["a page deep in it", "/sites/17/runs", contentSecurityPolicy],
    ["a page by its file's name", "/index.html", contentSecurityPolicy],
    ["the homeowner's page", `/c/${"a".repeat(32)}`, contentSecurityPolicy],
    ["the page that signs in once", "/sign-in-once", contentSecurityPolicy],
    ["the API's page", "/api/docs", docsPolicy],
  ])("are exactly these on %s, with a nonce of its own that stands in the page", async (_, path, policy) => {
    const [one, two] = await Promise.all([door.browser().fetch(path), door.browser().fetch(path)]);
    const nonce = /'nonce-([A-Za-z0-9+/]{24})'/.exec(one.headers.get("content-security-policy") ?? "")?.[1] ?? "";
    const html = await one.text();

    expect(await headersOf(path)).toMatchObject(ALWAYS);
    expect(Object.fromEntries([...one.headers].filter(([name]) => !OWN_TESTS.includes(name)))).toEqual({
      ...ALWAYS,
      "content-security-policy": policy(nonce),
      "cache-control": "no-store",
      "content-type": "text/html; charset=utf-8",
      "x-robots-tag": "noindex, nofollow",
    });
    expect(html).toContain(`nonce="${nonce}"`);
    expect(html).not.toContain("__CSP_NONCE__");
    expect(two.headers.get("content-security-policy")).not.toContain(nonce);
  });

  it("say a different request id each time", async () => {
    const ids = await Promise.all(
      [1, 2, 3].map(async () => (await door.browser().fetch("/healthz")).headers.get("x-request-id")),
    );

    expect(new Set(ids).size).toBe(3);
    expect(ids.every((id) => /^[0-9a-f-]{36}$/.test(id ?? ""))).toBe(true);
  });
});

describe("the content security policy", () => {
  it("allows nothing that is unsafe and nothing foreign, but the styles of the API's page", () => {
    const pages = [contentSecurityPolicy(null), contentSecurityPolicy("n")];

    for (const policy of pages) expect(policy).not.toMatch(/unsafe|\*|https?:|blob:/);
    expect(docsPolicy("n").replace("style-src 'self' 'unsafe-inline'", "")).not.toMatch(/unsafe|\*|https?:|blob:/);
    for (const directive of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
      for (const policy of [...pages, docsPolicy("n")]) expect(policy).toContain(directive);
  });
});

describe("cookies", () => {
  it("cannot be read by a script nor sent by another site", async () => {
    const tom = await door.signIn("technician");
    const answer = await door
      .browser()
      .post("/api/auth/sign-in/email", { email: "technician@example.com", password: PASSWORD });

    const cookies = [
      ...answer.headers.getSetCookie(),
      ...(await tom.post("/api/auth/sign-out", {})).headers.getSetCookie(),
    ];
    expect(cookies.length).toBeGreaterThan(1);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; HttpOnly/i);
      expect(cookie).toMatch(/; SameSite=Strict/i);
      expect(cookie).not.toMatch(/; Domain=/i);
    }
  });
});

describe("files", () => {
  it.each([
    "/../secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/%2e%2e%2fsecret.txt",
    "/%252e%252e%252fsecret.txt",
    "/..%5csecret.txt",
    "/..\\secret.txt",
    "/....//secret.txt",
    "/assets/../../secret.txt",
    "/assets/%2e%2e/%2e%2e/secret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/assets/..%c0%af..%c0%afsecret.txt",
    "/assets//etc/passwd",
    "//etc/passwd",
    "/.env",
    "/assets/../.env",
    "/%2eenv",
    "/secret.txt%00.svg",
    "/assets/main-1a2b.js%00",
    "/%ff",
    "/assets/%ff",
    "/api/docs/../../../package.json",
    "/api/docs/%2e%2e/package.json",
  ])("outside the folder are not served: %s", async (path) => {
    const { status, text } = await raw(path);

    expect(text).not.toContain(OUTSIDE);
    expect(text).not.toContain("root:");
    expect(text).not.toContain(folder);
    expect(status, text).toBeLessThan(500);
  });

  it.each(["/assets/nope.js", "/assets/", "/assets/../assets", "/api/docs/nope.js", "/api/", "/api/v1"])(
    "that are not there answer a problem and no page: %s",
    async (path) => {
      const { status, text } = await raw(path);

      expect(status, text).toBe(404);
      expect(JSON.parse(text)).toMatchObject({ code: "not_found", status: 404 });
    },
  );

  it("of pages go out with their nonce only, however their name is written", async () => {
    for (const path of ["/index.html", "/consent.html", "/index%2ehtml", "/INDEX.HTML", "/index.htm%6c"])
      expect((await raw(path)).text, path).not.toContain("__CSP_NONCE__");
  });
});
