import { randomBytes } from "node:crypto";
import helmet from "helmet";

type Middleware = ReturnType<typeof helmet>;

/** A fresh nonce for the scripts and styles of one answer. */
export function newNonce(): string {
  return randomBytes(18).toString("base64");
}

/** The content security policy of the hub's pages; `null` for answers that are no pages. */
export function contentSecurityPolicy(nonce: string | null): string {
  const own = nonce === null ? "'none'" : `'self' 'nonce-${nonce}'`;
  return [
    "default-src 'none'",
    `script-src ${own}`,
    `style-src ${own}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** The API's description page draws itself with inline styles; it gets a policy of its own, still without foreign sources. */
export function docsPolicy(nonce: string): string {
  return contentSecurityPolicy(nonce).replace(/style-src [^;]*/, "style-src 'self' 'unsafe-inline'");
}

/** Headers of every answer. The policy of a page is set where the page is made. */
export function securityHeaders(isSecure: boolean): Middleware {
  return helmet({
    contentSecurityPolicy: false,
    strictTransportSecurity: isSecure ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: "no-referrer" },
    crossOriginOpenerPolicy: { policy: "same-origin" },
    crossOriginResourcePolicy: { policy: "same-origin" },
    xFrameOptions: { action: "deny" },
  });
}
