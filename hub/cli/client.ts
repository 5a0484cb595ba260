import {
  CaretakerError,
  isCaretakerError,
  type OperationInput,
  type OperationName,
  type OperationOutput,
  Problem,
  requestOf,
  type Secret,
} from "@caretaker/protocol";

export interface Hub {
  /** Where the hub is, such as `http://localhost:4400`. */
  readonly url: string;
  readonly key: Secret;
}

/** The hub did not answer at all: exit code 3. */
export class HubUnreachable extends Error {}

/**
 * Calls one operation with an API key. Rejects with the hub's own problem as a `CaretakerError`, or with
 * `HubUnreachable` when there is no hub there.
 */
export async function call<N extends OperationName>(
  hub: Hub,
  name: N,
  input: OperationInput<N>,
  /** Of one intent: the same call with it is carried out once, however often it is tried. */
  idempotencyKey?: string,
): Promise<OperationOutput<N>> {
  const answer = await send(hub, name, input, { signal: AbortSignal.timeout(60_000), idempotencyKey });
  return JSON.parse(await answer.text()) as OperationOutput<N>;
}

/** The bytes of an operation that answers with a stream, as they come. One that is cut short rejects. */
export async function download<N extends OperationName>(
  hub: Hub,
  name: N,
  input: OperationInput<N>,
): Promise<AsyncIterable<Uint8Array>> {
  const { body } = await send(hub, name, input, { signal: null });
  return body ?? new Blob([]).stream();
}

async function send<N extends OperationName>(
  hub: Hub,
  name: N,
  input: OperationInput<N>,
  { signal, idempotencyKey }: { readonly signal: AbortSignal | null; readonly idempotencyKey?: string | undefined },
): Promise<Response> {
  const { method, path, body: sent } = requestOf(name, input);
  const url = new URL(`/api/v1${path}`, hub.url);
  const headers = {
    authorization: `Bearer ${hub.key.reveal()}`,
    accept: "application/json",
    ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
  };
  const request =
    sent === undefined
      ? { method, headers }
      : { method, headers: { ...headers, "content-type": "application/json" }, body: sent };

  const answer = await ask(url, { ...request, signal });
  if (answer.ok) return answer;
  throw problemOf(url, answer.status, await answer.text());
}

async function ask(url: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, redirect: "error" });
  } catch (cause) {
    throw new HubUnreachable(`No hub answers at ${url.origin}. Is it running, and is CARETAKER_URL right?`, { cause });
  }
}

function problemOf(url: URL, status: number, body: string): CaretakerError {
  try {
    const problem = Problem.parse(JSON.parse(body));
    return new CaretakerError(problem.code, problem.detail, {
      fields: problem.fields ?? [],
      meta: { requestId: problem.requestId },
    });
  } catch (cause) {
    if (isCaretakerError(cause)) return cause;
    return new CaretakerError("internal", `${url.origin} answered ${status}, which is not what a Caretaker hub says.`, {
      cause,
    });
  }
}
