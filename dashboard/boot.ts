import { z } from "zod";

// First of all imports: zod would try `new Function`, which the content security policy refuses and reports.
z.config({ jitless: true });

/** The nonce of this page's policy: styles that are made while it runs need it. */
export const cspNonce =
  document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ||
  document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.getAttribute("content") ||
  "";

// Read by the scroll lock of dialogs, which adds a style element of its own.
Object.assign(globalThis, { __webpack_nonce__: cspNonce });
