import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import express, { type RequestHandler, type Router } from "express";
import { contentSecurityPolicy, docsPolicy, newNonce } from "./security-headers.ts";
import { HOMEOWNER_PAGES } from "./token-addresses.ts";

const NONCE = /__CSP_NONCE__/g;
/** Addresses of the technician's pages: anything that looks like one, so that a link can be pasted into a chat. */
const PAGE = /^\/(?!api\/|socket\.io\/|assets\/)[\w./-]*$/;

/** The built dashboard, the homeowner's page, and the page that describes the API. Nothing else is served as a file. */
export function mountPages(router: Router, { dashboard }: { dashboard: string }): void {
  router.use(
    "/assets",
    express.static(join(dashboard, "assets"), { immutable: true, maxAge: "365d", index: false, redirect: false }),
  );
  router.use(otherFiles(dashboard));
  for (const before of HOMEOWNER_PAGES) router.get(`${before}/:token`, page(dashboard, "consent.html"));
  router.get("/sign-in-once", signInOnce);
  mountDocs(router);
  router.get(PAGE, page(dashboard, "index.html"));
}

/** Icons and the like. A page is never one of them: it goes out with its policy and nonce, under its own address. */
function otherFiles(dashboard: string): RequestHandler {
  const files = express.static(dashboard, { index: false, redirect: false, maxAge: "1h" });
  return (request, response, next) => (isPage(request.path) ? next() : files(request, response, next));
}

function isPage(path: string): boolean {
  try {
    return /\.html$/i.test(decodeURIComponent(path));
  } catch {
    return true;
  }
}

function page(dashboard: string, name: string): RequestHandler {
  return (_request, response) => {
    const nonce = newNonce();
    const html = readFileSync(join(dashboard, name), "utf8").replace(NONCE, nonce);
    send(response, html, contentSecurityPolicy(nonce));
  };
}

type Answer = Parameters<RequestHandler>[1];

function send(response: Answer, html: string, policy: string): void {
  response.setHeader("content-security-policy", policy);
  response.setHeader("cache-control", "no-store");
  response.setHeader("x-robots-tag", "noindex, nofollow");
  response.type("html").send(html);
}

/** Signs in with a demo's link. The token stands behind the hash, so it is in no log, and only a script can use it. */
const signInOnce: RequestHandler = (_request, response) => {
  const nonce = newNonce();
  const script = `
    const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
    history.replaceState(null, "", location.pathname);
    const answer = await fetch("/api/auth/sign-in-once", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ token }) });
    if (answer.ok) location.replace("/");
    else document.querySelector("p").textContent = "This link has been used or has expired. Restart the demo: it prints a new one.";`;
  send(
    response,
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Signing in</title><main><h1>Caretaker</h1><p role="status">Signing you in…</p></main><script type="module" nonce="${nonce}">${script}</script></html>`,
    contentSecurityPolicy(nonce),
  );
};

const apiDocs: RequestHandler = (_request, response) => {
  const nonce = newNonce();
  const start = `SwaggerUIBundle({ url: "/api/v1/openapi.json", dom_id: "#api", deepLinking: true, supportedSubmitMethods: [], validatorUrl: null });`;
  send(
    response,
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Caretaker API</title><link rel="stylesheet" href="/api/docs/swagger-ui.css"><main id="api"></main><script nonce="${nonce}" src="/api/docs/swagger-ui-bundle.js"></script><script nonce="${nonce}">${start}</script></html>`,
    docsPolicy(nonce),
  );
};

/** The two files that draw the API's page, from our own origin: it needs no network. */
const DOCS_FILES = ["swagger-ui-bundle.js", "swagger-ui.css"] as const;

function mountDocs(router: Router): void {
  const folder = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  router.get("/api/docs", apiDocs);
  for (const name of DOCS_FILES)
    router.get(`/api/docs/${name}`, (_request, response) => response.sendFile(join(folder, name), { maxAge: "1d" }));
}
