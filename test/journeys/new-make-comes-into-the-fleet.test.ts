import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestDatabase, testDatabase } from "@caretaker/server/db/test-database.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyTree, type TreeCopy } from "./harness/copy-of-the-tree.ts";
import { type HubProcess, startHubProcess } from "./harness/hub-process.ts";

interface Block {
  /** What stands behind the three backticks: `sh`, `sh fails`, `diff`, `ts <path>`. */
  readonly kind: string;
  readonly text: string;
  readonly line: number;
}

const GUIDE = join(import.meta.dirname, "../../docs/write-a-connector.md");
const blocks = blocksOf(readFileSync(GUIDE, "utf8"));
const DEMO = "npm run demo\n";

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\S.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    kind: match[1] ?? "",
    text: match[2] ?? "",
    line: text.slice(0, match.index).split("\n").length,
  }));
}

let copy: TreeCopy;
let data: string;
let database: TestDatabase;

beforeAll(async () => {
  copy = copyTree();
  database = await testDatabase();
  data = mkdtempSync(join(tmpdir(), "caretaker-new-make-"));
});

afterAll(async () => {
  copy[Symbol.dispose]();
  await database.drop();
  rmSync(data, { recursive: true, force: true });
});

/** As somebody would type it in the copy; what this test run was told is not told to it. */
function run(text: string): { readonly status: number | null; readonly output: string } {
  const { PATH, HOME, TMPDIR } = process.env;
  const env = { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), NO_COLOR: "1" };
  // A shell of its own group, so that `kill %1` means what it means at a prompt.
  const ran = spawnSync("bash", ["-emc", text], { cwd: copy.root, env, encoding: "utf8", timeout: 120_000 });
  return { status: ran.status, output: `${ran.stdout}${ran.stderr}` };
}

function follow({ kind, text }: Block): void {
  const [language, more] = kind.split(" ");
  if (language === "sh") {
    const { status, output } = run(text);
    expect({ failed: status !== 0, output }).toMatchObject({ failed: more === "fails" });
  } else if (language === "diff") {
    execFileSync("git", ["apply", "--unidiff-zero", "-"], { cwd: copy.root, input: text });
  } else if (language === "ts" && more !== undefined) {
    mkdirSync(dirname(join(copy.root, more)), { recursive: true });
    writeFileSync(join(copy.root, more), text);
  } else throw new Error(`Nobody knows what to do with a block of the kind ${kind}.`);
}

/** Whoever follows the link that a demo prints once its homes are made. The link signs in once, so it is tried once. */
async function signedIn(hub: HubProcess): Promise<string> {
  const link = (): string | undefined => /sign-in-once#token=(\S+)\s/.exec(hub.output())?.[1];
  await expect.poll(link, { timeout: 90_000 }).toBeDefined();
  return signIn(hub.url, link() ?? "");
}

/** What the page *Sites* shows. */
async function fleetOf({ url }: HubProcess, cookie: string): Promise<unknown[]> {
  const answer = await fetch(`${url}/api/v1/sites`, { headers: { cookie } });
  const { items } = (await answer.json()) as { items: unknown[] };
  return items;
}

async function signIn(url: string, token: string): Promise<string> {
  const answer = await fetch(`${url}/api/auth/sign-in-once`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify({ token }),
  });
  if (!answer.ok) throw new Error(`The demo's link does not sign in: ${answer.status} ${await answer.text()}`);
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
}

describe("docs/write-a-connector.md, followed block by block in a copy of the project", () => {
  it.each(blocks.map((block) => [`line ${block.line}: ${block.text.split("\n")[0]}`, block] as const))(
    "%s",
    async (_title, block) => {
      if (block.text !== DEMO) return follow(block);
      const main = join(copy.root, "hub", "server", "main.ts");
      const hub = await startHubProcess({ main, command: "demo", data, databaseUrl: database.url });
      try {
        const cookie = await signedIn(hub);
        await expect
          .poll(() => fleetOf(hub, cookie), { timeout: 60_000, interval: 500 })
          .toContainEqual(expect.objectContaining({ name: "Lamps house", connectors: ["lamps"], entities: 3 }));
      } finally {
        await hub.stop();
      }
    },
  );
});
