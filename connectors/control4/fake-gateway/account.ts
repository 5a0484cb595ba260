import type { IncomingMessage, ServerResponse } from "node:http";
import { bodyOf, json } from "./http.ts";
import type { HomePlan } from "./items.ts";
import type { Knobs } from "./knobs.ts";
import { bearerOf, type Tokens } from "./tokens.ts";

export interface AccountDeps {
  readonly plan: HomePlan;
  readonly knobs: Knobs;
  readonly accountTokens: Tokens;
  readonly directorTokens: Tokens;
  readonly account: { readonly userName: string; readonly password: string };
  readonly counters: { logins: number; loginsRefused: number; tokens: number };
  /** Where this service is, for the `href` of its answers. */
  readonly base: () => string;
}

const ID = 123_456;

/** The account service of the maker: logs in, names controllers, gives out Director tokens. */
export async function answerAccount(
  deps: AccountDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { knobs, plan, accountTokens } = deps;
  response.setHeader("connection", "close");
  if (knobs.isAccountDown) return void response.writeHead(503).end();
  const path = new URL(request.url ?? "/", "http://account").pathname;
  const line = `${request.method} ${path}`;
  if (line === "POST /authentication/v1/rest") return logIn(deps, request, response);
  if (!accountTokens.isGood(bearerOf(request.headers.authorization))) return refuse(deps, response, "");
  if (line === "GET /account/v3/rest/accounts") return json(response, 200, accounts(deps));
  if (line === "POST /authentication/v1/rest/authorization") return authorize(deps, request, response);
  if (line === `GET /account/v3/rest/accounts/${ID}`)
    return json(response, 200, {
      id: ID,
      name: plan.account,
      type: "Consumer",
      enabled: true,
      controllerCommonName: plan.commonName,
      lastCheckIn: new Date().toISOString(),
      href: `${deps.base()}/account/v3/rest/accounts/${ID}`,
      controller: { href: `${deps.base()}/account/v3/rest/accounts/${ID}/controller` },
    });
  if (line === `GET /account/v3/rest/accounts/${ID}/controller`)
    return json(response, 200, { osVersion: knobs.rejectsFreshTokens ? "4.2.0.753182-res" : plan.osVersion });
  json(response, 404, {
    code: 404,
    details: `Account with id:000000 not found in DB`,
    message: "Account not found",
    subCode: 0,
  });
}

async function logIn(deps: AccountDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { counters, knobs } = deps;
  const { clientInfo } = (await bodyOf(request)) as { clientInfo?: { userInfo?: Record<string, unknown> } };
  const { userName, password, applicationKey } = clientInfo?.userInfo ?? {};
  const isKnown = userName === deps.account.userName && password === deps.account.password;
  if (!isKnown || !/^[0-9a-f]{40}$/.test(String(applicationKey))) {
    counters.loginsRefused += 1;
    return refuse(deps, response, "Permission denied Bad credentials");
  }
  counters.logins += 1;
  const token = deps.accountTokens.issue("account", knobs.tokenLifetimeSeconds);
  json(response, 200, { authToken: { token, validSeconds: knobs.tokenLifetimeSeconds } });
}

function accounts({ knobs, plan, base }: AccountDeps): unknown {
  if (knobs.hasNoController) return {};
  const first = {
    controllerCommonName: plan.commonName,
    href: `${base()}/account/v3/rest/accounts/${ID}`,
    name: plan.account,
  };
  const second = { ...first, controllerCommonName: "control4_ea1_000FFF654321", name: "Ashdown by the sea" };
  return { account: knobs.hasTwoControllers ? [first, second] : first };
}

async function authorize(
  { knobs, plan, directorTokens, counters }: AccountDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { serviceInfo } = (await bodyOf(request)) as { serviceInfo?: Record<string, unknown> };
  if (serviceInfo?.commonName !== plan.commonName || serviceInfo.services !== "director")
    return json(response, 404, {
      code: 404,
      details: "Account with id:000000 not found in DB",
      message: "Account not found",
      subCode: 0,
    });
  counters.tokens += 1;
  const token = directorTokens.issue(plan.commonName, knobs.tokenLifetimeSeconds);
  json(response, 200, { authToken: { token, validSeconds: knobs.tokenLifetimeSeconds } });
}

function refuse({ knobs }: AccountDeps, response: ServerResponse, details: string): void {
  response.writeHead(401, { "content-type": knobs.accountSpeaksXml ? "application/xml" : "application/json" });
  response.end(
    knobs.accountSpeaksXml
      ? `<?xml version="1.0" encoding="UTF-8"?><C4ErrorResponse><code>401</code><details>${details}</details><message>Permission denied</message><subCode>0</subCode></C4ErrorResponse>`
      : JSON.stringify({ C4ErrorResponse: { code: 401, details, message: "Permission denied", subCode: 0 } }),
  );
}
