import { existsSync } from "node:fs";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = import.meta.dirname;
const pages = ["index.html", "consent.html"].map((name) => join(here, name)).filter((path) => existsSync(path));
const hub = process.env.CARETAKER_HUB ?? "http://localhost:4400";

export default defineConfig({
  root: here,
  plugins: [react()],
  // The hub puts a fresh nonce in its place with every answer.
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    target: "es2022",
    // The polyfill would be an inline script, which the content security policy refuses.
    modulePreload: { polyfill: false },
    // The policy of the homeowner's page allows no data: fonts or scripts, and small files are few.
    assetsInlineLimit: 0,
    rolldownOptions: { input: pages },
  },
  server: {
    port: 4401,
    proxy: { "/api": hub, "/socket.io": { target: hub, ws: true } },
  },
});
