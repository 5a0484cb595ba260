import { connectors } from "@caretaker/reach/makes.ts";
import { type AnyFake, startFakeOf } from "@caretaker/server/gateways/test-fakes.ts";
import { afterEach, describe, expect, it } from "vitest";
import { runCli } from "../cli.ts";

const makes = connectors.map(({ manifest }) => manifest);
const running: AnyFake[] = [];

afterEach(async () => {
  for (const fake of running.splice(0)) await fake.close();
});

async function started(make: string): Promise<AnyFake> {
  const fake = await startFakeOf(make);
  running.push(fake);
  return fake;
}

/** Runs `connector …` with these files and nothing else to read. */
async function connector(words: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const told: string[] = [];
  let err = "";
  const exit = await runCli(["connector", ...words], {
    env: {},
    out: (text) => void told.push(text),
    err: (text) => {
      err += text;
    },
    readFile: (path) => {
      if (files[path] === undefined) throw Object.assign(new Error("no file"), { code: "ENOENT" });
      return files[path];
    },
    cwd: "/",
  });
  return { exit, told, out: told.join(""), err };
}

const checked = (make: string, config: object, ...more: string[]) =>
  connector(["test", make, "--config", "gateway.json", ...more], { "gateway.json": JSON.stringify(config) });

describe("connector test", () => {
  it.each(makes)("checks a $id line by line as it happens, and shows no secret", async ({ id, secrets }) => {
    const { config } = await started(id);

    const { exit, told, out } = await checked(id, config);

    expect(exit).toBe(0);
    expect(told.length).toBeGreaterThan(3);
    expect(told[0]).toMatch(/^ok\s+(Console: )?name/);
    expect(out).toMatch(/first_data .*\n +In all: \d+ rooms, \d+ devices, \d+ entities\.\n$/);
    for (const field of secrets) expect(out).not.toContain(String(config[field]));
  });

  it("says at which door it looks, where there is more than one", async () => {
    const { config } = await started("control4");

    const { out } = await checked("control4", config);

    expect(out).toMatch(/^ok +tls /m);
    expect(out).toMatch(/^ok +Account service: tls /m);
  });

  it.each(makes)("ends with 3 where no $id listens", async ({ id }) => {
    const { config } = await started(id);
    for (const fake of running.splice(0)) await fake.close();

    expect(await checked(id, config)).toMatchObject({
      exit: 3,
      out: expect.stringMatching(/FAILED\s+(Console: )?port/),
    });
  });

  it("ends with 1 at a refused secret, and says what to do next", async () => {
    const { config } = await started("home-assistant");

    const { exit, out } = await checked("home-assistant", { ...config, token: "not-the-token-of-this-home" });

    expect(exit).toBe(1);
    expect(out).toMatch(/FAILED\s+credentials .*\n\s+\w/);
    expect(out).not.toContain("not-the-token-of-this-home");
  });

  it("shows the fingerprint of a certificate that somebody has to say yes to", async () => {
    const { config } = await started("control4");

    const { exit, out } = await checked("control4", { ...config, pinnedCertificate: undefined });

    expect(exit).toBe(1);
    expect(out).toMatch(/FAILED\s+tls .*\n.*\n\s+([0-9A-F]{2}:){31}[0-9A-F]{2}/);
  });

  it("takes a secret out of a file of its own", async () => {
    const { config } = await started("cresnext");
    const { password, ...open } = config;
    const files = { "gateway.json": JSON.stringify({ ...open, passwordFile: "pw" }), pw: `${password}\n` };

    expect(await connector(["test", "cresnext", "--config", "gateway.json"], files)).toMatchObject({ exit: 0 });
  });

  it("says each line as JSON with --json", async () => {
    const { config } = await started("home-assistant");

    const { told } = await checked("home-assistant", config, "--json");

    const lines = told.map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ step: "name", status: "running" });
    expect(lines.at(-1)).toMatchObject({ step: "first_data", status: "ok" });
  });

  it.each([
    ["a make that there is not", ["test", "contrl4", "--config", "a"], "Did you mean control4?"],
    ["no file", ["test", "control4", "--config", "absent"], "ENOENT"],
    ["no config", ["test", "control4"], "--config"],
    ["a secret on the command line", ["test", "control4", "--config", "a", "--password", "x"], "unknown option"],
    ["a field that is none", ["test", "cresnext", "--config", "a"], "a cresnext"],
  ])("is used wrongly with %s: exit code 2", async (_what, words, said) => {
    const files = { a: '{"url": "https://192.0.2.1", "user": "a"}' };

    const { exit, err } = await connector(words, files);

    expect(exit).toBe(2);
    expect(err).toContain(said === "a cresnext" ? "does not describe a Crestron panel" : said);
  });

  it("does not repeat what stands in a file that it cannot read", async () => {
    const files = { a: '{"url": "https://192.0.2.1", "password": "horse-battery" staple' };

    const { exit, err, out } = await connector(["test", "cresnext", "--config", "a"], files);

    expect(exit).toBe(2);
    expect(err + out).not.toContain("horse");
    expect(err).toContain("one JSON object");
  });
});

describe("connector list", () => {
  it("shows what each make can do, and with --json what their manifests say", async () => {
    const { exit, out } = await connector(["list"]);
    const { told } = await connector(["list", "--json"]);

    expect(exit).toBe(0);
    expect(out).toContain("| `gateway.restart` restart the gateway |");
    expect(JSON.parse(told.join("")).map(({ id }: { id: string }) => id)).toEqual(makes.map(({ id }) => id));
  });
});
