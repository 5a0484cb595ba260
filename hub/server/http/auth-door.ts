import { type Actor, CaretakerError } from "@caretaker/protocol";
import { toNodeHandler } from "better-auth/node";
import type { RequestHandler } from "express";
import type { Database } from "../db/database.ts";
import { AUTH_PATHS, type Auth, changesFactors } from "../people/auth.ts";
import { mustBeFresh } from "../people/fresh.ts";
import { listPeople } from "../people/people.ts";
import { refuseForeignOrigin } from "./origin.ts";
import { jsonBody, requireJson } from "./request-body.ts";
import { refuseUnstorable } from "./request-input.ts";

export interface AuthDoorDeps {
  readonly db: Database;
  readonly auth: Auth;
  readonly knownBy: (headers: Headers) => Promise<{ actor: Actor; owesFactor: boolean }>;
  readonly publicUrl: string;
}

/** A passkey's answer is the longest that is said here. */
const LONGEST = "64kb";

/**
 * Better-auth behind our own door: a listed path, our origin, JSON of a length, and a fresh factor for what changes
 * factors. It would read a body of any length by itself.
 */
export function authDoor({ db, auth, knownBy, publicUrl }: AuthDoorDeps): RequestHandler[] {
  const handle = toNodeHandler(async (request: Request) => withoutTokens(await auth.handler(request)));
  const before: RequestHandler = (request, _response, next) => {
    if (!AUTH_PATHS.has(request.path)) throw new CaretakerError("not_found", "There is nothing here.");
    if (request.method !== "GET") {
      refuseForeignOrigin(request, publicUrl);
      requireJson(request);
    }
    next();
  };
  const answer: RequestHandler = async (request, response) => {
    refuseUnstorable(request.body);
    if (changesFactors(request.path)) {
      const headers = new Headers();
      if (request.headers.cookie !== undefined) headers.set("cookie", request.headers.cookie);
      const known = await knownBy(headers);
      const [person] = known.actor.kind === "person" ? await listPeople(db, known.actor.id) : [];
      mustBeFresh({ ...known, hasFactor: person?.hasSecondFactor ?? false });
    }
    await handle(request, response);
  };
  return [before, jsonBody(LONGEST), answer];
}

/** Better-auth says a session's token in its body as well, where a script could read what the cookie hides from it. */
async function withoutTokens(answer: Response): Promise<Response> {
  if (answer.headers.get("content-type")?.startsWith("application/json") !== true) return answer;
  const { status, headers } = answer;
  const text = await answer.text();
  const hide = (field: string, value: unknown): unknown => (field === "token" ? undefined : value);
  const body = text === "" ? null : JSON.stringify(JSON.parse(text), hide);
  headers.delete("content-length");
  return new Response(body, { status, headers });
}
