import type {
  AgreedWindow,
  ConsentAnswer,
  ConsentView,
  ErrorCode,
  PasskeyChallenge,
  PasskeyYes,
} from "@caretaker/protocol";

/** What a browser or its device said no to. */
export type PasskeyTrouble = "passkey_cancelled" | "passkey_known" | "passkey_device";
type Code = ErrorCode | PasskeyTrouble | "offline";

/** What the hub said no to, or `offline` when nothing came back that we understand. */
export class PageProblem extends Error {
  readonly code: Code;

  constructor(code: Code) {
    super(code);
    this.name = "PageProblem";
    this.code = code;
  }
}

export interface Api {
  view(): Promise<ConsentView>;
  opened(): Promise<void>;
  answer(answer: ConsentAnswer, proposalCode: string, window?: AgreedWindow): Promise<ConsentView>;
  /** What the box in the home wants signed. */
  passkeyChallenge(): Promise<PasskeyChallenge>;
  allowSigned(proposalCode: string, credential: PasskeyYes): Promise<ConsentView>;
  stop(): Promise<ConsentView>;
  callMe(): Promise<ConsentView>;
  /** A fresh link to the journal goes to the mailbox of whoever was asked. */
  journal(): Promise<void>;
}

/** A phone in a lift: after this an answer no longer comes, and the person should be told. */
const WAIT_MILLISECONDS = 15_000;

/** What a link can do. Only `view` is a GET, and it grants nothing. */
export function createApi(token: string): Api {
  const base = `/api/v1/consent/${encodeURIComponent(token)}`;
  return {
    view: async () => (await call(base, "GET")) as ConsentView,
    opened: async () => {
      await call(`${base}/opened`, "POST", {});
    },
    answer: async (answer, proposalCode, window) =>
      (await call(`${base}/answer`, "POST", {
        answer,
        proposalCode,
        ...(window === undefined ? {} : { window }),
      })) as ConsentView,
    passkeyChallenge: async () => (await call(`${base}/passkey`, "POST", {})) as PasskeyChallenge,
    allowSigned: async (proposalCode, credential) =>
      (await call(`${base}/passkey/allow`, "POST", { proposalCode, credential })) as ConsentView,
    journal: async () => {
      await call(`${base}/journal`, "POST", {});
    },
    callMe: async () => (await call(`${base}/call-me`, "POST", {})) as ConsentView,
    stop: async () => (await call(`${base}/stop`, "POST", {})) as ConsentView,
  };
}

/** One call of the hub, with a bound on how long it may take. */
export async function call(url: string, method: "GET" | "POST", body?: object): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    cache: "no-store",
    credentials: "same-origin",
    referrerPolicy: "no-referrer",
    signal: AbortSignal.timeout(WAIT_MILLISECONDS),
  }).catch(() => null);
  const json: unknown = await answer?.json().catch(() => null);
  if (answer?.ok && json !== null) return json;
  throw new PageProblem(codeIn(json));
}

function codeIn(problem: unknown): ErrorCode | "offline" {
  const isProblem = typeof problem === "object" && problem !== null && "code" in problem;
  return isProblem && typeof problem.code === "string" ? (problem.code as ErrorCode) : "offline";
}
