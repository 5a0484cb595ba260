// @vitest-environment node
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { expect, it } from "vitest";

/** What is promised is 100 KB; a page of this kind that grows past this has taken something on that it should not. */
const LIMIT = 20_000;

it("is light enough for a phone in a cellar: all that the homeowner's page loads, compressed", async () => {
  const root = join(import.meta.dirname, "..");
  const built = (await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: "silent",
    build: {
      write: false,
      target: "es2022",
      modulePreload: { polyfill: false },
      rolldownOptions: { input: join(root, "consent.html") },
    },
  })) as Rolldown.RolldownOutput;

  const later = built.output.filter((file) => file.type === "chunk" && file.isDynamicEntry);
  const files = built.output
    .filter((file) => !later.includes(file))
    .map((file) => ({
      name: file.fileName,
      bytes: gzipSync(file.type === "chunk" ? file.code : file.source).length,
    }));

  expect(files.map(({ name }) => name.replace(/-[\w-]{8}\./, "."))).toEqual(
    expect.arrayContaining(["consent.html", "assets/consent.js", "assets/consent.css"]),
  );
  expect(files).toHaveLength(3);
  expect(files.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(LIMIT);
  // Loaded when somebody presses the button of a passkey, and by nobody else.
  expect(later).toHaveLength(1);
  expect(later.reduce((sum, file) => sum + gzipSync(file.type === "chunk" ? file.code : "").length, 0)).toBeLessThan(
    4000,
  );
});
