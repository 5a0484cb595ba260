import { z } from "zod";

/**
 * What went wrong, and so what happens next. A code is stable: clients and runbooks may rely on it.
 * The number is the HTTP status of the problem document.
 */
export const ERROR_CODES = {
  invalid_input: 400,
  not_signed_in: 401,
  second_factor_needed: 401,
  not_allowed: 403,
  origin_refused: 403,
  fresh_factor_needed: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  changed_meanwhile: 409,
  already_done: 409,
  run_in_progress: 409,
  gone: 410,
  too_large: 413,
  media_type_refused: 415,
  invalid_runbook: 422,
  too_many_requests: 429,
  internal: 500,
  database_unavailable: 503,
  database_newer: 500,
  backup_failed: 503,
  bundle_damaged: 422,
  bundle_newer: 422,
  disk_full: 503,
  shutting_down: 503,
  port_in_use: 500,
  configuration_invalid: 500,
  data_directory_unusable: 500,
  gateway_unreachable: 502,
  gateway_auth_failed: 502,
  gateway_access_withdrawn: 502,
  gateway_unsupported: 502,
  gateway_misbehaving: 502,
  gateway_certificate_unknown: 502,
  gateway_timeout: 504,
  gateway_lost: 502,
  not_available_here: 422,
  target_refused: 403,
  consent_missing: 403,
  consent_refused: 403,
  consent_expired: 403,
  frozen: 423,
  step_failed: 502,
  mail_not_sent: 502,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_CODES;
export const ErrorCode = z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]);

const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  "gateway_unreachable",
  "gateway_timeout",
  "gateway_lost",
  "gateway_misbehaving",
  "database_unavailable",
  "too_many_requests",
  "shutting_down",
]);

export interface FieldMistake {
  /** Where, as the input is written: `gateways[0].url`. */
  readonly path: string;
  readonly message: string;
}

/** JSON form of a `CaretakerError`, for what crosses a session or a socket. */
export const ErrorReport = z.object({
  code: ErrorCode,
  message: z.string(),
  meta: z.record(z.string(), z.unknown()).optional(),
});
export type ErrorReport = z.infer<typeof ErrorReport>;

/**
 * The one error of Caretaker. `message` is a sentence for a person: what, where, what to do. `meta` is for the log and
 * may go to the client: never put a secret in it.
 */
export class CaretakerError extends Error {
  readonly code: ErrorCode;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly fields: readonly FieldMistake[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; meta?: Record<string, unknown>; fields?: readonly FieldMistake[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CaretakerError";
    this.code = code;
    this.meta = options.meta ?? {};
    this.fields = options.fields ?? [];
  }

  get status(): number {
    return ERROR_CODES[this.code];
  }

  report(): ErrorReport {
    return { code: this.code, message: this.message, meta: { ...this.meta } };
  }

  static from(report: ErrorReport): CaretakerError {
    return new CaretakerError(report.code, report.message, { meta: report.meta ?? {} });
  }
}

export function isCaretakerError(error: unknown, code?: ErrorCode): error is CaretakerError {
  return error instanceof CaretakerError && (code === undefined || error.code === code);
}

/** Whether waiting and trying the same again can help, without a person. */
export function isRetryable(error: unknown): boolean {
  return isCaretakerError(error) && RETRYABLE.has(error.code);
}

/** RFC 9457 problem document. `fields` names each mistake of an input; `next` says what to do. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string().optional(),
  code: ErrorCode,
  requestId: z.string(),
  params: z.record(z.string(), z.unknown()).optional(),
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;
