import { CaretakerError, ERROR_CODES, type ErrorCode, isCaretakerError, type Problem } from "@caretaker/protocol";

const TITLES: Partial<Record<ErrorCode, string>> = {
  invalid_input: "This cannot be taken as it is",
  not_signed_in: "Not signed in",
  second_factor_needed: "A second factor is needed",
  fresh_factor_needed: "Confirm that it is you",
  not_allowed: "Not allowed",
  not_found: "Not found",
  changed_meanwhile: "Changed meanwhile",
  too_many_requests: "Too many requests",
  internal: "Something went wrong in the hub",
  database_unavailable: "The database does not answer",
};

/** What a caller may know of an error: of one that is not ours, nothing but where to find it in the log. */
export function toProblem(error: unknown, requestId: string, instance: string): Problem {
  const known = isCaretakerError(error) ? error : fromExpress(error);
  const { code, fields, meta } = known;
  return {
    type: `about:caretaker/${code}`,
    title: TITLES[code] ?? code.replaceAll("_", " "),
    status: ERROR_CODES[code],
    detail: known.message,
    instance,
    code,
    requestId,
    ...(Object.keys(meta).length === 0 ? {} : { params: meta }),
    ...(fields.length === 0 ? {} : { fields: [...fields] }),
  };
}

/** Express cannot read every address; everything else that is not ours is our own fault. */
function fromExpress(error: unknown): CaretakerError {
  if (error instanceof URIError)
    return new CaretakerError("invalid_input", "The request could not be read.", { cause: error });
  return new CaretakerError("internal", "The hub could not do this. Its log has the details under this reference.", {
    cause: error,
  });
}
