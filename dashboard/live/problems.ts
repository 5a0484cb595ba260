import { CaretakerError, type ErrorCode, Problem } from "@caretaker/protocol";

/** The hub itself did not answer: no network, or it is being restarted. Trying again is safe for reads only. */
export class HubUnreachableError extends Error {
  constructor(cause: unknown) {
    super("The hub does not answer. Look whether this device is online; the hub may also be restarting.", { cause });
    this.name = "HubUnreachableError";
  }
}

/** The error that a problem document stands for; its request id goes along as the reference to copy. */
export function errorOfProblem(problem: Problem): CaretakerError {
  return new CaretakerError(problem.code, problem.detail, {
    meta: { ...problem.params, requestId: problem.requestId },
    fields: problem.fields ?? [],
  });
}

/** Turns any refused answer into the error it says, or into what its status means when it is no problem document. */
export async function errorOfAnswer(answer: Response): Promise<CaretakerError> {
  const body: unknown = await answer.json().catch(() => null);
  const problem = Problem.safeParse(body);
  if (problem.success) return errorOfProblem(problem.data);
  const said = body !== null && typeof body === "object" && "message" in body ? String(body.message) : null;
  return new CaretakerError(codeOfStatus(answer.status), said ?? `The hub answered with status ${answer.status}.`, {
    meta: { requestId: answer.headers.get("x-request-id") },
  });
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return "not_signed_in";
  if (status === 403) return "not_allowed";
  if (status === 404) return "not_found";
  if (status === 429) return "too_many_requests";
  if (status >= 500) return "internal";
  return "invalid_input";
}
