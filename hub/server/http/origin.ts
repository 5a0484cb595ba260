import type { IncomingMessage } from "node:http";
import { CaretakerError } from "@caretaker/protocol";

/** Whether a browser's request comes from a page of this hub: an exact comparison with the one origin it has. */
export function isOwnOrigin(origin: string, publicUrl: string): boolean {
  return origin === new URL(publicUrl).origin;
}

/**
 * Refuses what another site could make a signed-in browser send: a request that changes something needs our own Origin,
 * unless it carries an API key, which no browser adds by itself. Old browsers that send no Origin send `Sec-Fetch-Site`.
 */
export function refuseForeignOrigin(request: IncomingMessage, publicUrl: string): void {
  const { origin, authorization, cookie } = request.headers;
  if (origin !== undefined) {
    if (isOwnOrigin(origin, publicUrl)) return;
    throw new CaretakerError(
      "origin_refused",
      `This request came from ${origin.slice(0, 100)}, and this hub is at ${publicUrl}. If people use that address, set CARETAKER_PUBLIC_URL to it.`,
    );
  }
  if (authorization !== undefined || cookie === undefined) return;
  const site = request.headers["sec-fetch-site"];
  if (site !== "same-origin")
    throw new CaretakerError(
      "origin_refused",
      "This request does not say where it comes from. Use an API key for programs.",
    );
}
