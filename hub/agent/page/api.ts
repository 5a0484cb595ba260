import type { IncomingMessage, ServerResponse } from "node:http";
import { CaretakerError, ConsentRequestId, isCaretakerError } from "@caretaker/protocol";
import { z } from "zod";
import { type Room, readBody, send } from "./page.ts";
import { tellQuestion } from "./tell.ts";
import { isSameSecret, sha256 } from "./visitors.ts";

const LONGEST_BODY = 8 * 1024;

const Answer = z.strictObject({
  requestId: ConsentRequestId,
  digest: z.string().max(64),
  answer: z.enum(["allow", "no"]),
});
const Help = z.strictObject({ words: z.string().max(1000) });
const Nothing = z.strictObject({});

/** What Home Assistant may do with its token: the same as somebody at the page who knows the PIN, but for ending it. */
const DOINGS: Readonly<Record<string, (room: Room, body: unknown) => void>> = {
  "/api/answer": ({ guard }, body) => {
    const { requestId, digest, answer } = Answer.parse(body);
    guard.answer(requestId, digest, answer, "home_assistant");
  },
  "/api/stop": ({ guard }, body) => {
    Nothing.parse(body);
    guard.stop("home_assistant");
  },
  "/api/allow-again": ({ guard }, body) => {
    Nothing.parse(body);
    guard.allowAgain("home_assistant");
  },
  "/api/help": ({ guard }, body) => guard.askForHelp(Help.parse(body).words),
};

/** The door for Home Assistant. Its token is the key: a name or an address that somebody made up opens nothing here. */
export async function answerApi(
  room: Room,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  if (!hasToken(room, request)) {
    response.setHeader("WWW-Authenticate", "Bearer");
    return sendError(response, new CaretakerError("not_signed_in", "The token is missing or is not the newest one."));
  }
  const doing = DOINGS[path];
  if (request.method === "GET" && path === "/api/state") return sendJson(response, 200, stateOf(room));
  if (request.method === "GET" && path === "/api/events")
    return room.followers.follow(request, response, () => JSON.stringify(stateOf(room)));
  if (request.method !== "POST" || doing === undefined)
    return sendError(response, new CaretakerError("not_found", "There is nothing here."));
  try {
    doing(room, await readJson(request));
    return sendJson(response, 200, stateOf(room));
  } catch (error) {
    if (error instanceof z.ZodError)
      return sendError(response, new CaretakerError("invalid_input", z.prettifyError(error)));
    if (isCaretakerError(error)) return sendError(response, error);
    throw error;
  }
}

function hasToken({ store }: Room, { headers }: IncomingMessage): boolean {
  const token = /^Bearer ([A-Za-z0-9_-]{32})$/.exec(headers.authorization ?? "")?.[1];
  return token !== undefined && store.home.tokenHash !== null && isSameSecret(sha256(token), store.home.tokenHash);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readBody(request, LONGEST_BODY);
  if (text === null) throw new CaretakerError("too_large", "That is longer than anything that is said here.");
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CaretakerError("invalid_input", "That is not JSON.", { cause: error });
  }
}

/** What Home Assistant shows; in the language of the home. */
export function stateOf({ store, guard, line, fingerprint, declarationOf }: Room): Record<string, unknown> {
  const { pairing, confirmedAt, hubAlone } = store.home;
  const language = pairing?.language ?? "en";
  const { isConnected, since } = line();
  return {
    version: 1,
    home: pairing?.home ?? null,
    firm: pairing?.firm ?? null,
    fingerprint,
    hub: { connected: isConnected, since },
    confirmed: confirmedAt !== null,
    hubAlone,
    stoppedAt: guard.policy().stoppedAt,
    atWork: guard.working,
    questions: guard
      .questions()
      .filter(({ isOpen }) => isOpen)
      .map((kept) => {
        const told = tellQuestion(kept, language, declarationOf);
        const { requestId, digest, technician, why, answerBy } = kept.question;
        return {
          requestId,
          digest,
          technician,
          why,
          lines: [...told.lines, ...told.notice],
          answerBy,
          private: kept.isPrivate,
        };
      }),
    language,
  };
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, "application/json", JSON.stringify(value));
}

function sendError(response: ServerResponse, error: CaretakerError): void {
  sendJson(response, error.status, { code: error.code, detail: error.message });
}
