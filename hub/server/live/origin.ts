import type { IncomingMessage } from "node:http";

/**
 * Whether a browser that opens a socket does so from our own pages. A browser sends `Origin` with every WebSocket, so a
 * socket without one is either no browser, and then it has a key and no cookie, or a same-origin poll, which browsers
 * mark in a header that no page can set.
 */
export function isOwnOrigin({ headers }: Pick<IncomingMessage, "headers">, own: readonly string[]): boolean {
  const { origin, cookie, authorization } = headers;
  if (origin !== undefined) return own.includes(origin);
  if (headers["sec-fetch-site"] !== undefined) return headers["sec-fetch-site"] === "same-origin";
  return cookie === undefined && authorization !== undefined;
}
