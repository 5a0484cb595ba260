import {
  type Operation,
  type OperationInput,
  type OperationName,
  type OperationOutput,
  operations,
} from "@caretaker/protocol";
import { errorOfAnswer, HubUnreachableError } from "./problems.ts";

const BASE = "/api/v1";

export interface ApiOptions {
  /** The same key answers the same again and does nothing twice: keep it while a person tries again. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/**
 * Calls one operation of the hub. Rejects with the `CaretakerError` that the hub's problem document says, or with
 * `HubUnreachableError` when there was no answer.
 */
export async function api<N extends OperationName>(
  name: N,
  input: OperationInput<N>,
  options: ApiOptions = {},
): Promise<OperationOutput<N>> {
  const answer = await send(name, input, options);
  return (answer.status === 204 ? {} : await answer.json()) as OperationOutput<N>;
}

/** Calls an operation that answers with a stream of JSON lines. Stopping the loop ends the call. */
export async function* apiStream<N extends OperationName>(
  name: N,
  input: OperationInput<N>,
  options: ApiOptions = {},
): AsyncGenerator<OperationOutput<N>, void> {
  const answer = await send(name, input, options);
  if (!answer.body) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") yield JSON.parse(line) as OperationOutput<N>;
    }
    if (rest.trim() !== "") yield JSON.parse(rest) as OperationOutput<N>;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function send(name: OperationName, input: Readonly<Record<string, unknown>>, options: ApiOptions) {
  const { url, ...request } = requestOf(operations[name], input);
  const headers: Record<string, string> = { accept: "application/json" };
  if (request.body !== undefined) headers["content-type"] = "application/json";
  if (options.idempotencyKey !== undefined) headers["idempotency-key"] = options.idempotencyKey;
  const answer = await fetch(url, {
    ...request,
    headers,
    credentials: "same-origin",
    ...(options.signal ? { signal: options.signal } : {}),
  }).catch((cause: unknown) => {
    if (options.signal?.aborted) throw cause;
    throw new HubUnreachableError(cause);
  });
  if (!answer.ok) throw await errorOfAnswer(answer);
  return answer;
}

/** Where an operation's input goes: fields named in the path, the rest into the query of a GET and the body of others. */
export function requestOf(
  operation: Pick<Operation, "path">,
  input: Readonly<Record<string, unknown>>,
): { method: string; url: string; body?: string } {
  const [method = "GET", template = "/"] = operation.path.split(" ");
  const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
  const path = template.replace(/\{(\w+)\}/g, (_whole, field: string) => {
    const value = rest.get(field);
    rest.delete(field);
    return encodeURIComponent(String(value));
  });
  const url = `${BASE}${path}`;
  if (method !== "GET") return { method, url, body: JSON.stringify(Object.fromEntries(rest)) };
  const query = new URLSearchParams([...rest].map(([field, value]) => [field, String(value)])).toString();
  return { method, url: query === "" ? url : `${url}?${query}` };
}
