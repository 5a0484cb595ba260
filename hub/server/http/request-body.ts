import type { IncomingMessage } from "node:http";
import { CaretakerError } from "@caretaker/protocol";
import express, { type RequestHandler } from "express";

/** Reads a JSON body of up to `limit`, such as `1mb`. Whatever is wrong with one is its sender's mistake and is said as such. */
export function jsonBody(limit: string): RequestHandler {
  const read = express.json({ limit, strict: true });
  return (request, response, next) =>
    read(request, response, (error?: unknown) => (error === undefined ? next() : next(mistakeIn(error))));
}

/** No form of another site's page can send JSON. Rejects with `media_type_refused`. */
export function requireJson({ headers }: IncomingMessage): void {
  if (headers["content-type"]?.split(";")[0]?.trim().toLowerCase() !== "application/json")
    throw new CaretakerError("media_type_refused", "Send JSON: the header content-type must be application/json.");
}

/** The body parser says what was wrong by a type; a body that cannot be unpacked comes without one. */
function mistakeIn(cause: unknown): CaretakerError {
  const type = cause !== null && typeof cause === "object" && "type" in cause ? cause.type : undefined;
  if (type === "entity.too.large")
    return new CaretakerError("too_large", "The request is longer than the hub takes. Send less at once.", { cause });
  if (type === "charset.unsupported" || type === "encoding.unsupported")
    return new CaretakerError("media_type_refused", "Send the body as JSON in UTF-8.", { cause });
  if (type === "entity.parse.failed") return new CaretakerError("invalid_input", "The body is not JSON.", { cause });
  return new CaretakerError("invalid_input", "The body could not be read.", { cause });
}
