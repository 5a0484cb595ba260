import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunbookVerdict } from "@caretaker/protocol";
import { connectors } from "@caretaker/server/gateways/connectors.ts";
import { runbooksHandlers } from "@caretaker/server/runbooks/handlers.ts";
import { loadLibrary } from "@caretaker/server/runbooks/library.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../cli.ts";

const ROOT = join(import.meta.dirname, "../../..");
const STOCK = join(ROOT, "connectors/home-assistant/runbooks");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "caretaker-runbooks-"));
  await cp(STOCK, folder, { recursive: true });
});

afterEach(() => rm(folder, { recursive: true }));

async function validate(...words: string[]) {
  let out = "";
  let err = "";
  const exit = await runCli(["runbook", "validate", ...words], {
    env: {},
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readFile: () => "",
  });
  return { exit, out, err };
}

async function spoil(name: string, from: string, to: string): Promise<string> {
  const path = join(folder, name);
  const text = await readFile(path, "utf8");
  if (!text.includes(from)) throw new Error(`${name} does not say ${from}`);
  await writeFile(path, text.replace(from, to));
  return path;
}

describe("runbook validate", () => {
  it("says of each good runbook what it can take, ask, lock and run on, without a hub", async () => {
    const { exit, out } = await validate(folder);

    expect(exit).toBe(0);
    expect(out).toMatch(
      /dead-bridge\.yaml: good\n {2}at worst \d+ s of 900 s, consent up to disruptive, locks integration, power\n {2}runs on home-assistant/,
    );
    expect(out).toMatch(/health-check\.yaml: good\n.*consent up to view, reads only/);
  });

  it("underlines each mistake in its line and says what was probably meant", async () => {
    const path = await spoil("dead-bridge.yaml", "do: power.cycle", "do: power.cylce");

    const { exit, out } = await validate(path);

    expect(exit).toBe(1);
    expect(out).toContain("    do: power.cylce\n     |         ^^^^^^^^^^^ Did you mean `power.cycle`?");
  });

  it("refuses a verify that was true before the fix, by the recording beside the runbook", async () => {
    const path = await spoil(
      "stuck-integration.yaml",
      "expect: { state: loaded, unavailable: 0 }",
      "expect: { state: loaded }",
    );

    expect(await validate(path)).toMatchObject({ exit: 1, out: expect.stringContaining("verify_already_holds") });
  });

  it("answers with --json what the hub's own operation answers", async () => {
    const path = await spoil(
      "stuck-integration.yaml",
      "with: { integration: $service }",
      "with: { integration: $servce }",
    );
    const library = await loadLibrary(
      ROOT,
      connectors.map(({ manifest }) => manifest),
    );
    const handlers = runbooksHandlers({ db: null as never, library });

    const { out } = await validate(path, "--json");
    const given = { file: path, text: await readFile(path, "utf8") };
    const said = await handlers["runbook.validate"](given, null as never);

    const [verdict] = JSON.parse(out) as RunbookVerdict[];
    expect(verdict?.mistakes[0]).toMatchObject({ code: "unknown_name", text: "$servce", didYouMean: "$service" });
    expect(verdict).toEqual(said);
  });

  it("ends with 2 when there is nothing to judge", async () => {
    expect(await validate(join(folder, "none.yaml"))).toMatchObject({
      exit: 2,
      err: expect.stringContaining("ENOENT"),
    });
    expect(await validate(join(folder, "fixtures"))).toMatchObject({
      exit: 2,
      err: expect.stringContaining("no .yaml"),
    });
    expect(await validate()).toMatchObject({ exit: 2 });
  });
});
