import {
  type Actor,
  CaretakerError,
  OPERATION_NAMES,
  type Operation,
  type OperationName,
  operations,
  type Refusal,
  refusal,
} from "@caretaker/protocol";
import type { Request, RequestHandler, Response, Router } from "express";
import { type Database, now } from "../db/database.ts";
import type { Log } from "../log.ts";
import type { Call, Handlers } from "./handler.ts";
import { once } from "./idempotency.ts";
import { refuseForeignOrigin } from "./origin.ts";
import { requireJson } from "./request-body.ts";
import { requestIdOf } from "./request-id.ts";
import { parseInput } from "./request-input.ts";

export interface ServeDeps {
  readonly db: Database;
  readonly log: Log;
  readonly handlers: Handlers;
  readonly publicUrl: string;
  readonly knownBy: (headers: Headers) => Promise<{ actor: Actor; owesFactor: boolean }>;
  /** Whether what the call is about exists and may be seen: absent and not yours answer alike. */
  readonly requireSubject: (
    name: OperationName,
    input: Readonly<Record<string, unknown>>,
    actor: Actor,
  ) => Promise<void>;
}

/** What somebody who still owes a second factor may ask: who he is. */
const WITHOUT_FACTOR: ReadonlySet<OperationName> = new Set(["me.get", "setup.state"]);

const REFUSALS: Readonly<Record<Refusal, string>> = {
  not_signed_in: "Sign in first, or send an API key.",
  not_allowed: "Your role may not do this. Ask a colleague who may, or the principal of your firm.",
  fresh_factor_needed: "Confirm that it is you with your second factor, then do it again.",
};

/** Mounts every operation of the registry: nobody else mounts one. */
export function mountOperations(router: Router, deps: ServeDeps): void {
  const methods = new Map<string, string[]>();
  for (const name of OPERATION_NAMES) {
    const [method = "GET", template = "/"] = operations[name].path.split(" ");
    const verb = method.toLowerCase() as "get" | "post" | "patch" | "put" | "delete";
    const path = template.replace(/\{(\w+)\}/g, ":$1");
    router[verb](path, serve(name, deps));
    const shape = template.replace(/\{\w+\}/g, ":field");
    methods.set(shape, [...(methods.get(shape) ?? []), method]);
  }
  for (const [shape, allowed] of methods) router.all(shape, refuseMethod(allowed.join(", ")));
}

function refuseMethod(allowed: string): RequestHandler {
  return (request, response) => {
    response.setHeader("allow", allowed);
    throw new CaretakerError("method_not_allowed", `${request.method} is not said here, only ${allowed}.`);
  };
}

/** Does for every operation what nobody should write twice: who may, parse, call, cut the answer to its schema. */
function serve(name: OperationName, deps: ServeDeps): RequestHandler {
  const operation: Operation = operations[name];
  return async (request, response) => {
    // Express hands a HEAD to what answers the GET.
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (!isRead) {
      refuseForeignOrigin(request, deps.publicUrl);
      requireJson(request);
    }
    const { actor, owesFactor } = await deps.knownBy(headersOf(request));
    const at = await now(deps.db);
    mayCall(name, actor, owesFactor, at);
    const input = parseInput<Record<string, unknown>>(operation.input, gather(request, isRead));
    await deps.requireSubject(name, input, actor);
    const call: Call = { actor, requestId: requestIdOf(request), now: at, signal: endOf(request, response) };
    const handler = deps.handlers[name] as (input: unknown, call: Call) => unknown;
    if (operation.stream) return stream(operation, handler(input, call) as AsyncIterable<unknown>, response);

    const work = async (): Promise<object> => cut(operation, await handler(input, call));
    const key = operation.idempotent ? request.get("idempotency-key") : undefined;
    const answer = await once(deps.db, { actor, operation: name, key, input }, work);
    response.status(operation.status ?? 200).json(answer);
  };
}

function mayCall(name: OperationName, actor: Actor, owesFactor: boolean, at: Date): void {
  const refused = refusal(actor, name, at);
  const isOpen =
    operations[name].needs.who === "anyone" ||
    operations[name].needs.who === "link" ||
    operations[name].needs.who === "setup";
  if (owesFactor && !isOpen && !WITHOUT_FACTOR.has(name))
    throw new CaretakerError(
      "second_factor_needed",
      "Set up or give your second factor first: an authenticator app or a passkey.",
    );
  if (refused !== null) throw new CaretakerError(refused, REFUSALS[refused]);
}

/** Path parameters, and the query of a GET or the body of others. A name said twice is refused, not chosen from. */
function gather(request: Request, isRead: boolean): Record<string, unknown> {
  const rest: unknown = isRead ? request.query : (request.body ?? {});
  if (rest === null || typeof rest !== "object" || Array.isArray(rest))
    throw new CaretakerError("invalid_input", "The body must be a JSON object.");
  const input: Record<string, unknown> = { ...rest };
  for (const [field, value] of Object.entries(request.params)) {
    if (Object.hasOwn(input, field))
      throw new CaretakerError("invalid_input", `${field} stands in the address already.`, {
        fields: [{ path: field, message: "is given twice" }],
      });
    input[field] = value;
  }
  return input;
}

/** An answer holds what its schema says and nothing else. One that does not fit is our mistake, not the caller's. */
function cut(operation: Operation, answer: unknown): object {
  const parsed = operation.output.safeParse(answer);
  if (!parsed.success) throw new Error(`an answer does not have its own shape: ${parsed.error.message.slice(0, 500)}`);
  return parsed.data as object;
}

/** JSON lines. An error after the first line breaks the answer off, since the status is out already: cut short is not done. */
async function stream(operation: Operation, lines: AsyncIterable<unknown>, response: Response): Promise<void> {
  const open = (): void => {
    if (response.headersSent) return;
    response.status(200).setHeader("content-type", "application/x-ndjson");
    response.flushHeaders();
  };
  for await (const line of lines) {
    const text = `${JSON.stringify(cut(operation, line))}\n`;
    open();
    if (!response.write(text)) await new Promise((resolve) => response.once("drain", resolve).once("close", resolve));
    if (response.destroyed) return;
  }
  open();
  response.end();
}

function headersOf(request: Request): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === "string") headers.set(name, value);
    else for (const one of value ?? []) headers.append(name, one);
  }
  return headers;
}

/** Aborted when the caller went away before the answer. */
function endOf(request: Request, response: Response): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished)
      controller.abort(new CaretakerError("gone", `The caller of ${request.path} went away.`));
  });
  return controller.signal;
}
