import { randomUUID } from "node:crypto";
import { CaretakerError, type Problem } from "@caretaker/protocol";

/** An error as a socket answers it. What is not ours says nothing of itself. */
export function problemOf(error: unknown): Problem {
  const known =
    error instanceof CaretakerError
      ? error
      : new CaretakerError("internal", "Something went wrong in the hub. Its log says what, under this request id.");
  return {
    type: "about:blank",
    title: known.code.replaceAll("_", " "),
    status: known.status,
    detail: known.message,
    code: known.code,
    requestId: randomUUID(),
    ...(known.fields.length > 0 ? { fields: [...known.fields] } : {}),
  };
}
