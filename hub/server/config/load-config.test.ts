import { type CaretakerError, isCaretakerError, Secret } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { type Config, type ConfigSources, loadConfig } from "./load-config.ts";
import { printConfig } from "./print-config.ts";

type Given = {
  flags?: ConfigSources["flags"];
  env?: ConfigSources["env"];
  files?: Record<string, string>;
  yaml?: string;
};

function load({ flags = {}, env = {}, files = {}, yaml }: Given): Promise<Config> {
  const all: Record<string, string> = { ...files, ...(yaml === undefined ? {} : { "/srv/care/caretaker.yaml": yaml }) };
  return loadConfig({
    flags,
    env,
    cwd: "/srv/care",
    async readFile(path) {
      const text = all[path];
      if (text === undefined)
        throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: "ENOENT" });
      return text;
    },
  });
}

async function mistakes(given: Given): Promise<string[]> {
  const error = await load(given).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isCaretakerError(error, "configuration_invalid")) throw error ?? new Error("it was accepted");
  return (error as CaretakerError).fields.map(({ path, message }) => `${path}: ${message}`);
}

describe("the configuration", () => {
  it("needs nothing", async () => {
    const { origins, ...config } = await load({});

    expect(config).toEqual({
      port: 4400,
      host: "127.0.0.1",
      data: "/srv/care/data",
      databaseUrl: null,
      publicUrl: null,
      smtpUrl: null,
      mailFrom: null,
      keyFile: "/srv/care/data/keys.json",
      backupFolder: "/srv/care/data/backups",
      keepRunDays: 730,
      keepMessageDays: 90,
      keepHistoryDays: 400,
      keepRemovedSiteDays: 30,
      setupToken: null,
      logLevel: "info",
    });
    expect(new Set(Object.values(origins))).toEqual(new Set(["default"]));
  });

  it("takes flags over the environment over caretaker.yaml over defaults, and knows which it took", async () => {
    const config = await load({
      flags: { port: "1" },
      env: { CARETAKER_PORT: "2", CARETAKER_HOST: "0.0.0.0", HOME: "/root" },
      yaml: "# ours\nport: 3\nhost: ::1\ndata: ../elsewhere\nkeyFile: keys/ring.json\n",
    });

    expect(config).toMatchObject({
      port: 1,
      host: "0.0.0.0",
      data: "/srv/elsewhere",
      keyFile: "/srv/care/keys/ring.json",
      origins: {
        port: "--port",
        host: "CARETAKER_HOST",
        data: "caretaker.yaml:4",
        keyFile: "caretaker.yaml:5",
        logLevel: "default",
      },
    });
  });

  it("reads secrets from files that variables name, without the newline at their end", async () => {
    const config = await load({
      env: { DATABASE_URL_FILE: "/run/secrets/db", CARETAKER_SETUP_TOKEN_FILE: "token" },
      files: { "/run/secrets/db": "postgres://u:p@db/care\n", "/srv/care/token": "0123456789abcdef\n" },
    });

    expect(config.databaseUrl?.reveal()).toBe("postgres://u:p@db/care");
    expect(config.setupToken?.reveal()).toBe("0123456789abcdef");
    expect(config.origins.databaseUrl).toBe("DATABASE_URL_FILE");
  });

  it("takes a variable or a key that is set to nothing as not set", async () => {
    const config = await load({ env: { CARETAKER_SMTP_URL: "", CARETAKER_PORT: "" }, yaml: "port:\nhost: null\n" });

    expect(config).toMatchObject({ smtpUrl: null, port: 4400, host: "127.0.0.1" });
  });

  it("leaves the variables of the tests and of our other programs alone", async () => {
    const env = { CARETAKER_REQUIRE: "smtp", CARETAKER_CHROMIUM: "/usr/bin/chromium", CARETAKER_HOME_ASSISTANT: "/ha" };

    await expect(load({ env: { ...env, CARETAKER_API_KEY: "k", CARETAKER_URL: "http://x" } })).resolves.toBeDefined();
  });

  it.each<[string, Given, string]>([
    [
      "a port that is none",
      { env: { CARETAKER_PORT: "http" } },
      'CARETAKER_PORT: port must be a port from 0 to 65535 (0 takes any that is free) (it is "http")',
    ],
    [
      "a port out of range",
      { flags: { port: "70000" } },
      '--port: port must be a port from 0 to 65535 (0 takes any that is free) (it is "70000")',
    ],
    ["a port of the wrong kind", { yaml: "\nport: [1]\n" }, "caretaker.yaml:2: port must be a single value"],
    [
      "a level that is none",
      { yaml: "logLevel: loud" },
      'caretaker.yaml:1: logLevel must be one of debug, info, warn, error (it is "loud")',
    ],
    [
      "a public address with a path",
      { env: { CARETAKER_PUBLIC_URL: "https://x.example/care" } },
      'CARETAKER_PUBLIC_URL: publicUrl must be an address of http or https without a path, like https://care.example.com (it is "https://x.example/care")',
    ],
    [
      "a database that is not Postgres",
      { env: { DATABASE_URL: "mysql://u:hunter2@db" } },
      "DATABASE_URL: databaseUrl must be an address of Postgres, like postgres://user:password@host:5432/caretaker",
    ],
    [
      "a setup token that can be guessed",
      { env: { CARETAKER_SETUP_TOKEN: "hunter2" } },
      "CARETAKER_SETUP_TOKEN: setupToken must have at least 16 characters, since whoever knows it becomes the principal",
    ],
    [
      "a slip in a variable",
      { env: { CARETAKER_PROT: "1" } },
      "CARETAKER_PROT: is not a setting; did you mean CARETAKER_PORT?",
    ],
    [
      "a slip in a variable of a file",
      { env: { CARETAKER_SMTP_URL_FIEL: "x" } },
      "CARETAKER_SMTP_URL_FIEL: is not a setting; did you mean CARETAKER_SMTP_URL_FILE?",
    ],
    [
      "our name before one that has none",
      { env: { CARETAKER_DATABASE_URL: "x" } },
      "CARETAKER_DATABASE_URL: is not a setting; did you mean DATABASE_URL?",
    ],
    [
      "a file for what is no secret",
      { env: { CARETAKER_PORT_FILE: "x" } },
      "CARETAKER_PORT_FILE: is not a setting; did you mean CARETAKER_PORT?",
    ],
    ["a slip in a flag", { flags: { prot: "1" } }, "--prot: is not a setting; did you mean --port?"],
    [
      "a slip in the file",
      { yaml: "port: 1\npublic_url: x\n" },
      "caretaker.yaml:2: public_url is not a setting; did you mean publicUrl?",
    ],
    ["a key that is like none", { yaml: "colour: blue" }, "caretaker.yaml:1: colour is not a setting"],
    ["a key twice", { yaml: "port: 1\nport: 2\n" }, "caretaker.yaml:2: names a setting that stands further up already"],
    [
      "a file that is not YAML",
      { yaml: "port: 1\nhost [" },
      "caretaker.yaml:2: is not YAML: Implicit map keys need to be followed by map values",
    ],
    ["a file that is a word", { yaml: "4400" }, "caretaker.yaml:1: must be a list of settings, like `port: 4400`"],
    [
      "a secret twice",
      { env: { DATABASE_URL: "postgres://a/b", DATABASE_URL_FILE: "f" }, files: { "/srv/care/f": "postgres://a/b" } },
      "DATABASE_URL_FILE: is set, and DATABASE_URL too: keep one of them",
    ],
    [
      "a secret's file that is not there",
      { env: { DATABASE_URL_FILE: "f" } },
      "DATABASE_URL_FILE: names f, which cannot be read: ENOENT: no such file, open '/srv/care/f'",
    ],
    [
      "mail without a sender",
      { env: { CARETAKER_SMTP_URL: "smtp://u:hunter2@mail" } },
      "CARETAKER_SMTP_URL: names a mail server, and nobody is named as the sender: set CARETAKER_MAIL_FROM too",
    ],
    [
      "a sender that is none",
      { yaml: "mailFrom: The firm" },
      'caretaker.yaml:1: mailFrom must be a sender, like care@example.com or Firm <care@example.com> (it is "The firm")',
    ],
  ])("refuses %s and says where", async (_title, given, expected) => {
    const found = await mistakes(given);

    expect(found).toContain(expected);
    expect(found.join()).not.toContain("hunter2");
  });

  it("tells all mistakes at once", async () => {
    const found = await mistakes({
      flags: { prot: "1" },
      env: { CARETAKER_PORT: "x" },
      yaml: "hots: a\nlogLevel: loud\n",
    });

    expect(found).toHaveLength(4);
  });

  it("prints what is in effect and where it came from, and no secret", async () => {
    const url = "postgres://u:hunter2@db/care";
    const config = await load({ env: { DATABASE_URL: url, CARETAKER_PORT: "5" } });

    const lines = printConfig(config).split("\n");

    expect(config.databaseUrl).toBeInstanceOf(Secret);
    expect(lines.find((line) => line.startsWith("port"))).toMatch(/^port +5 +CARETAKER_PORT$/);
    expect(lines.find((line) => line.startsWith("databaseUrl"))).toMatch(/^databaseUrl +\[secret\] +DATABASE_URL$/);
    expect(lines.find((line) => line.startsWith("smtpUrl"))).toMatch(/^smtpUrl +- +default$/);
    expect(lines.join()).not.toContain("hunter2");
  });
});
