import { type Actor, CaretakerError } from "@caretaker/protocol";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import { rateLimit } from "express-rate-limit";
import { requireSubject } from "../access/subjects.ts";
import type { Database } from "../db/database.ts";
import type { Log } from "../log.ts";
import type { Auth } from "../people/auth.ts";
import { authDoor } from "./auth-door.ts";
import type { Handlers } from "./handler.ts";
import { type HealthDeps, mountHealth } from "./health.ts";
import { openApiDocument } from "./openapi.ts";
import { mountPages } from "./pages.ts";
import { toProblem } from "./problem.ts";
import { jsonBody } from "./request-body.ts";
import { requestIdOf, withRequestId } from "./request-id.ts";
import { contentSecurityPolicy, securityHeaders } from "./security-headers.ts";
import { mountOperations } from "./serve.ts";
import { TOKEN_DOORS, tellablePath } from "./token-addresses.ts";

export interface HttpDeps extends Omit<HealthDeps, "isServing"> {
  readonly db: Database;
  readonly log: Log;
  readonly handlers: Handlers;
  readonly auth: Auth;
  readonly knownBy: (headers: Headers) => Promise<{ actor: Actor; owesFactor: boolean }>;
  readonly publicUrl: string;
  readonly version: string;
  readonly dashboard: string;
}

export interface Http {
  readonly app: Express;
  /** From now on `/readyz` says no, and operations are told to come back. */
  drain(): void;
}

/** The longest body that an operation needs is a site's notes. */
const LONGEST_BODY = "1mb";

/** Everything that is mounted stands here, in order. What is not listed answers 404. */
export function createHttp(deps: HttpDeps): Http {
  let isServing = true;
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  app.set("case sensitive routing", true);
  app.set("strict routing", true);
  app.use(withRequestId(deps.log), securityHeaders(deps.publicUrl.startsWith("https:")), defaultPolicy);
  mountHealth(app, { ...deps, isServing: () => isServing });

  app.use("/api", noStore, (_request, _response, next) => {
    if (isServing) return next();
    throw new CaretakerError("shutting_down", "The hub is stopping. Try again in a moment.");
  });
  app.get("/api/v1/openapi.json", (_request, response) => void response.json(openApiDocument(deps)));
  app.use("/api/auth", tooMany(60, 60), authDoor(deps));
  // Each counts for itself: whoever reads a question often is not kept from making a passkey.
  for (const door of [...TOKEN_DOORS, "/setup"]) app.use(`/api/v1${door}`, tooMany(60, 240));
  const operations = express.Router({ caseSensitive: true, strict: true });
  operations.use(jsonBody(LONGEST_BODY));
  mountOperations(operations, {
    ...deps,
    requireSubject: (name, input, actor) => requireSubject(deps.db, name, input, actor),
  });
  app.use("/api/v1", operations);

  mountPages(app, deps);
  app.use((request) => {
    throw new CaretakerError("not_found", `There is nothing at ${tellablePath(request.originalUrl)}.`);
  });
  app.use(answerProblem(deps.log));
  return {
    app,
    drain() {
      isServing = false;
    },
  };
}

const defaultPolicy: RequestHandler = (_request, response, next) => {
  response.setHeader("content-security-policy", contentSecurityPolicy(null));
  next();
};

const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader("cache-control", "no-store");
  next();
};

/** A bound per address: enough for a busy office, too little for guessing. */
function tooMany(seconds: number, limit: number): RequestHandler {
  return rateLimit({
    windowMs: seconds * 1000,
    limit,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    handler: () => {
      throw new CaretakerError("too_many_requests", "Too many tries from here. Wait a minute.");
    },
  });
}

/** The last resort: nothing that is thrown in a request leaves without a problem document, and nothing else with it. */
function answerProblem(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const problem = toProblem(error, requestIdOf(request), tellablePath(request.originalUrl));
    if (problem.status >= 500 && problem.code !== "shutting_down")
      log.error({ error }, "A request could not be answered.");
    if (response.headersSent) return void response.destroy();
    if (problem.status === 503) response.setHeader("retry-after", "5");
    response.status(problem.status).type("application/problem+json").send(JSON.stringify(problem));
  };
}
