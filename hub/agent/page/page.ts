import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CaretakerError, type Clock, type ConnectorLog, isCaretakerError, Language } from "@caretaker/protocol";
import type { HomeGuard } from "../guard/home-guard.ts";
import type { SwitchState } from "../home-switch.ts";
import type { Store } from "../store/store.ts";
import { type ProblemWord, wordsIn } from "../words/index.ts";
import { ACTIONS, Declined } from "./actions.ts";
import { answerApi } from "./api.ts";
import { documentOf } from "./document.ts";
import { type DoorRules, isFromPage, isLetIn, pathBefore } from "./doors.ts";
import { Followers } from "./followers.ts";
import { Pin } from "./pin.ts";
import type { DeclarationOf } from "./tell.ts";
import type { LineState } from "./view.ts";
import { COOKIE, isSameSecret, type Visitor, Visitors } from "./visitors.ts";

export interface PageDeps {
  readonly store: Store;
  readonly guard: HomeGuard;
  readonly clock: Clock;
  readonly log: ConnectorLog;
  readonly rules: DoorRules;
  readonly fingerprint: string;
  readonly declarationOf: DeclarationOf;
  /** What a make is called, by its connector's id. */
  readonly makeName: (connector: string) => string;
  readonly line: () => LineState;
  readonly homeSwitch: () => SwitchState | null;
  /** Pairs with the hub at this address, by the code; or by the whole link, and then the code is empty. */
  readonly pair: (hub: string, code: string) => Promise<void>;
}

export interface Page {
  listen(host: string, port: number): Promise<AddressInfo>;
  /** Something that the guard does not know of has changed, such as the line. */
  changed(): void;
  close(): Promise<void>;
}

/** All that one answer is made with. */
export interface Room extends PageDeps {
  readonly pin: Pin;
  readonly visitors: Visitors;
  readonly followers: Followers;
}

const LONGEST_FORM = 8 * 1024;
const HEAD_SECONDS = 10;

const STYLE = readFileSync(new URL("./style.css", import.meta.url));
const SCRIPT = readFileSync(new URL("./script.js", import.meta.url));

/** The page in the home, and the door for Home Assistant: it needs no hub, and no internet. */
export function createPage(deps: PageDeps): Page {
  const followers = new Followers(deps.clock);
  const room: Room = { ...deps, pin: new Pin(deps.store), visitors: new Visitors(deps.clock), followers };
  const server = createServer(
    { headersTimeout: HEAD_SECONDS * 1000, requestTimeout: 3 * HEAD_SECONDS * 1000 },
    (request, response) => {
      answer(room, request, response).catch((error: unknown) => {
        deps.log.warn({ error }, "The page in the home failed to answer.");
        if (!response.headersSent)
          send(response, 500, "text/plain; charset=utf-8", "This did not work. Stop the agent to be certain.");
        else response.destroy();
      });
    },
  );
  const stopListening = deps.guard.onPage(() => followers.tell());
  return {
    listen: (host, port) => listen(server, host, port),
    changed: () => followers.tell(),
    async close() {
      stopListening();
      followers.end();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

async function answer(room: Room, request: IncomingMessage, response: ServerResponse): Promise<void> {
  setHeaders(response, room.rules);
  const path = (request.url ?? "/").split("?", 1)[0] as string;
  if (path.startsWith("/api/")) return answerApi(room, request, response, path);
  if (!isLetIn(request, room.rules))
    return send(response, 421, "text/plain; charset=utf-8", "Open this page by the address of the box.");
  const isGet = request.method === "GET" || request.method === "HEAD";
  // Says that the process answers and nothing else, so that whoever watches over it may ask.
  if (isGet && path === "/healthz") return send(response, 200, "text/plain; charset=utf-8", "ok");
  if (isGet && path === "/style.css") return send(response, 200, "text/css; charset=utf-8", STYLE);
  if (isGet && path === "/script.js") return send(response, 200, "text/javascript; charset=utf-8", SCRIPT);
  if (isGet && path === "/events") return room.followers.follow(request, response, () => "changed");
  if (isGet && path === "/") return show(room, request, response, visitorOf(room, request), { status: 200 });
  const press = Object.hasOwn(ACTIONS, path.slice(1)) ? ACTIONS[path.slice(1)] : undefined;
  if (request.method === "POST" && press !== undefined) return handlePress(room, request, response, press);
  return send(response, 404, "text/plain; charset=utf-8", "There is nothing here.");
}

type Press = (typeof ACTIONS)[string];

/** What was pressed is done, and the page shown anew; or the page is shown with why it was not done. */
async function handlePress(
  room: Room,
  request: IncomingMessage,
  response: ServerResponse,
  press: Press,
): Promise<void> {
  let visitor = visitorOf(room, request);
  const form = await readForm(request);
  try {
    if (form === null || !isFromPage(request, room.rules) || !isSameSecret(form.get("csrf") ?? "", visitor.csrf))
      throw new Declined("stale", 403);
    if (press.needsPin(form) && !room.visitors.isUnlocked(visitor)) {
      await checkPin(room, form.get("pin") ?? "");
      visitor = room.visitors.unlock(visitor);
    }
    const pressed = await press.run(room, form, visitor);
    if (pressed.shows !== undefined)
      return show(room, request, response, visitor, { status: 200, token: pressed.shows });
    response.setHeader("Set-Cookie", cookieOf(request, room.rules, visitor));
    response.setHeader("Location", "./");
    return send(response, 303, "text/plain; charset=utf-8", "");
  } catch (error) {
    const { word, status } = declined(error);
    if (word === "other") room.log.warn({ error }, "What was pressed on the page failed.");
    return show(room, request, response, visitor, { status, problem: word, hub: form?.get("hub") ?? "" });
  }
}

async function checkPin(room: Room, pin: string): Promise<void> {
  if (pin === "") throw new Declined("pinNeeded", 403);
  const found = await room.pin.check(pin);
  if (found === "wrong") throw new Declined("pinWrong", 403);
  if (found === "rests") throw new Declined("pinRests", 429);
}

function declined(error: unknown): { readonly word: ProblemWord; readonly status: number } {
  if (error instanceof Declined) return { word: error.word, status: error.status };
  if (!isCaretakerError(error)) {
    const isDisk = error instanceof Error && "syscall" in error;
    return { word: isDisk ? "disk" : "other", status: 500 };
  }
  const words: Partial<Record<typeof error.code, ProblemWord>> = {
    already_done: "answered",
    gone: "tooLate",
    changed_meanwhile: "changed",
    not_found: "changed",
    not_allowed: "notNow",
    conflict: "notNow",
    invalid_input: "badAddress",
    target_refused: "wrongCode",
    gateway_unreachable: "hubAway",
  };
  return { word: words[error.code] ?? "other", status: error.status };
}

interface Shown {
  readonly status: number;
  readonly problem?: ProblemWord;
  readonly hub?: string;
  readonly token?: string;
}

function show(room: Room, request: IncomingMessage, response: ServerResponse, visitor: Visitor, shown: Shown): void {
  const language = visitor.language ?? room.store.home.pairing?.language ?? preferred(request);
  const { problem, hub = "", token = null, status } = shown;
  const text = documentOf({
    store: room.store,
    guard: room.guard,
    line: room.line(),
    homeSwitch: room.homeSwitch(),
    fingerprint: room.fingerprint,
    declarationOf: room.declarationOf,
    makeName: room.makeName,
    language,
    csrf: visitor.csrf,
    isUnlocked: room.visitors.isUnlocked(visitor),
    problem: problem === undefined ? null : wordsIn(language).problems[problem],
    typed: { hub },
    token,
  });
  response.setHeader("Set-Cookie", cookieOf(request, room.rules, visitor));
  send(response, status, "text/html; charset=utf-8", text);
}

function visitorOf({ visitors }: Room, request: IncomingMessage): Visitor {
  return visitors.find(request.headers.cookie) ?? visitors.welcome();
}

function cookieOf(request: IncomingMessage, rules: DoorRules, { id }: Visitor): string {
  return `${COOKIE}=${id}; Path=${pathBefore(request, rules)}; HttpOnly; SameSite=Strict`;
}

/** The first language of the browser's that the page has. */
function preferred({ headers }: IncomingMessage): Language {
  const wished = (headers["accept-language"] ?? "").split(",").map((one) => one.trim().slice(0, 2).toLowerCase());
  return wished.map((one) => Language.safeParse(one).data).find((one) => one !== undefined) ?? "en";
}

/** Null for what is no form, or too long to be one of ours. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  if (!(request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")) return null;
  const text = await readBody(request, LONGEST_FORM);
  return text === null ? null : new URLSearchParams(text);
}

/** Null where it is longer than this. */
export async function readBody(request: IncomingMessage, longest: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= longest) chunks.push(chunk);
  }
  return length > longest ? null : Buffer.concat(chunks).toString("utf8");
}

function setHeaders(response: ServerResponse, { ingress }: DoorRules): void {
  const own = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${ingress !== null ? "'self'" : "'none'"}`,
  ];
  response.setHeader("Content-Security-Policy", own.join("; "));
  response.setHeader("X-Content-Type-Options", "nosniff");
  // Not "no-referrer": a form would then not say where it comes from, and we look at that.
  response.setHeader("Referrer-Policy", "same-origin");
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  response.setHeader("X-Frame-Options", ingress !== null ? "SAMEORIGIN" : "DENY");
  response.setHeader("Cache-Control", "no-store");
}

export function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { "Content-Type": type });
  response.end(body);
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE";
      const taken = `Another program answers at ${host}:${port}. Stop it, or give the page another port.`;
      reject(isTaken ? new CaretakerError("port_in_use", taken, { cause: error }) : error);
    });
    server.listen(port, host, () => {
      resolve(server.address() as AddressInfo);
    });
  });
}
