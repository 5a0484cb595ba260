import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunbookVerdict } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
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

const validate = (...words: string[]) => runbook("validate", ...words);
const test = (...words: string[]) => runbook("test", ...words);

async function runbook(...words: string[]) {
  let out = "";
  let err = "";
  const exit = await runCli(["runbook", ...words], {
    env: {},
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readFile: () => "",
    cwd: "/",
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

describe("runbook test", () => {
  it("plays each stock runbook through its recorded cases, without a hub or a home", async () => {
    const { exit, out } = await test(folder);

    expect(exit).toBe(0);
    expect(out).toMatch(/stuck-integration\.yaml\n {2}fixed: as recorded, fixed\n {2}healthy: as recorded, healthy\n/);
    expect(out).not.toContain("not as recorded");
  });

  it("says where a runbook goes another way than was recorded, and what was measured there", async () => {
    const path = await spoil(
      "stuck-integration.yaml",
      "state: loaded, unavailable: 0",
      "state: loaded, unavailable: { lt: 3 }",
    );
    const recorded = join(folder, "fixtures/stuck-integration.fixed.json");
    await writeFile(recorded, (await readFile(recorded, "utf8")).replace('"unavailable": 6', '"unavailable": 2'));

    const { exit, out } = await test(path);

    expect(exit).toBe(1);
    expect(out).toContain(
      [
        "  fixed: not as recorded",
        "    path: recorded alive: fail, cause: else, reload: fixed, end: fixed",
        "    path: went     alive: pass, end: healthy",
        "    there: state is loaded, expected loaded; unavailable is 2, expected less than 3",
        "    acts: recorded integration.reload",
        "    acts: went     nothing more",
      ].join("\n"),
    );
    expect(out).toContain("  healthy: as recorded, healthy");
  });

  it("says what a case does not tell", async () => {
    await spoil("fixtures/dead-bridge.fixed.json", '"device.state"', '"entity.state"');

    const { exit, out } = await test(join(folder, "dead-bridge.yaml"));

    expect(exit).toBe(1);
    expect(out).toMatch(/fixed: cannot be played\. No home answers so: `entity\.state`, answer 1/);
  });

  it("plays one that uses another, and says where the used one goes another way", async () => {
    await writeFile(
      join(folder, "twice.yaml"),
      `id: home-assistant/twice
version: 1
title: Try it
tell: We look.
limit: 20m
inputs: { service: integration }
steps:
  - { use: it, runbook: home-assistant/stuck-integration, with: { service: $service }, next: { fixed: { end: fixed }, healthy: { end: healthy } } }
  - end: not_fixed
`,
    );
    const stuck = JSON.parse(await readFile(join(folder, "fixtures/stuck-integration.fixed.json"), "utf8"));
    const [ill, well] = stuck.reads["integration.state"];
    const recorded = {
      ...stuck,
      reads: { "integration.state": [ill, { ...well, after: "it/reload" }] },
      path: ["it/alive: fail", "it/cause: else", "it/reload: fixed", "it/end: fixed", "it: fixed", "end: fixed"],
    };
    const save = (given: object) => writeFile(join(folder, "fixtures/twice.fixed.json"), JSON.stringify(given));
    await save(recorded);
    const path = join(folder, "twice.yaml");

    expect(await test(path)).toMatchObject({ exit: 0, out: expect.stringContaining("fixed: as recorded, fixed") });

    await save({ ...recorded, reads: { "integration.state": [ill] } });
    const { exit, out } = await test(path);
    expect(exit).toBe(1);
    expect(out).toContain("path: went     it/reload: failed, it/end: not_fixed, it: not_fixed, end: not_fixed");
  });

  it("ends with 1 and the mistakes of a runbook that is not good", async () => {
    const path = await spoil("stuck-integration.yaml", "do: integration.reload", "do: integration.relaod");

    const { exit, out } = await test(path);

    expect(exit).toBe(1);
    expect(out).toContain("Did you mean `integration.reload`?");
  });

  it("ends with 2 where nothing was recorded, and where a case is none", async () => {
    const path = join(folder, "stuck-integration.yaml");
    await writeFile(join(folder, "fixtures/stuck-integration.odd.json"), "{}");
    expect(await test(path)).toMatchObject({ exit: 2, err: expect.stringContaining("stuck-integration.odd.json") });

    await rm(join(folder, "fixtures"), { recursive: true });
    expect(await test(path)).toMatchObject({ exit: 2, err: expect.stringContaining("No case is recorded") });
  });
});
