import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLog } from "../db/log.ts";
import { prepareDashboard } from "./dashboard.ts";

/** Stands in for vite: writes what it was given into the folder it was given, or fails. */
const VITE = `import { readFileSync, mkdirSync, writeFileSync } from "node:fs";
const [, , , root, , out] = process.argv;
const source = readFileSync(root + "/main.tsx", "utf8");
if (source === "broken") { console.error("main.tsx: Unexpected token"); process.exit(1); }
mkdirSync(out, { recursive: true });
writeFileSync(out + "/index.html", source);`;

describe("the built dashboard", () => {
  let root: string;
  let lines: string[];
  beforeEach(async () => {
    lines = [];
    root = await mkdtemp(join(tmpdir(), "dashboard-"));
    await put("dashboard/package.json", "{}");
    await put("dashboard/main.tsx", "one");
    await put("protocol/index.ts", "");
    await put("dashboard/node_modules/vite/package.json", '{"type":"module"}');
    await put("dashboard/node_modules/vite/bin/vite.js", VITE);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function put(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const touch = (path: string) => utimes(join(root, path), new Date(), new Date(Date.now() + 10_000));
  const prepare = () =>
    prepareDashboard(
      { dashboard: join(root, "dashboard"), protocol: join(root, "protocol") },
      { log: silentLog, onProgress: (line) => lines.push(line) },
    );
  const shown = () => readFile(join(root, "dashboard/dist/index.html"), "utf8");

  it("is built once, and says so", async () => {
    expect(await prepare()).toBe(join(root, "dashboard", "dist"));
    await prepare();

    expect(lines).toEqual(["Building the dashboard…"]);
    expect(await shown()).toBe("one");
  });

  it.each(["dashboard/main.tsx", "protocol/index.ts"])("is built anew when %s is younger", async (path) => {
    await prepare();
    await put("dashboard/main.tsx", "two");
    await touch(path);

    await prepare();

    expect(await shown()).toBe("two");
  });

  it("is not built anew for a test or a README", async () => {
    await prepare();
    for (const path of ["dashboard/main.test.tsx", "dashboard/README.md"]) {
      await put(path, "");
      await touch(path);
    }

    await prepare();

    expect(lines).toHaveLength(1);
  });

  it("keeps the one from before when the new one cannot be built", async () => {
    await prepare();
    await put("dashboard/main.tsx", "broken");
    await touch("dashboard/main.tsx");

    await prepare();

    expect(await shown()).toBe("one");
  });

  it("says why the first one cannot be built", async () => {
    await put("dashboard/main.tsx", "broken");

    await expect(prepare()).rejects.toThrow(/could not be built.*main\.tsx: Unexpected token/);
  });
});
