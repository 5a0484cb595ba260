import { CaretakerError, type ErrorCode } from "@caretaker/protocol";

/** The home says no, and nothing was sent to anything in it. */
export function refusal(code: ErrorCode, message: string, meta: Record<string, unknown> = {}): CaretakerError {
  return new CaretakerError(code, message, { meta: { isSent: false, by: "agent", ...meta } });
}
