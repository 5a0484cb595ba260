import { connectors } from "@caretaker/reach/makes.ts";
import { describe, expect, it } from "vitest";
import { parseConfig, refuseKeptSecrets } from "./credentials.ts";

const PIN = Array.from({ length: 32 }, () => "AB").join(":");
const OTHER_PIN = Array.from({ length: 32 }, () => "CD").join(":");
const HOST_KEY = `SHA256:${"a".repeat(43)}`;
const OTHER_HOST_KEY = `SHA256:${"b".repeat(43)}`;

const control4 = {
  address: "192.168.1.20",
  userName: "owner@example.com",
  password: "a password",
  applicationKey: "0123456789abcdef0123456789abcdef01234567",
  pinnedCertificate: PIN,
};
const crestron = {
  address: "192.168.1.10",
  username: "admin",
  password: "a password",
  pinnedHostKey: HOST_KEY,
  homeAddress: "192.168.1.10",
  homeToken: "a token",
  pinnedCertificate: PIN,
};

type Config = Readonly<Record<string, unknown>>;

/** The secrets that have to be given again; none where all of it is taken. */
function asked(make: string, kept: Config, given: Config): string[] {
  const connector = connectors.find(({ manifest }) => manifest.id === make);
  if (connector === undefined) throw new Error(`There is no ${make}`);
  const next = parseConfig(connector, { ...kept, ...given });
  try {
    refuseKeptSecrets(connector, kept, given, next);
    return [];
  } catch (error) {
    return (error as { fields: { path: string }[] }).fields.map(({ path }) => path);
  }
}

describe("the secrets of a gateway whose other settings change", () => {
  it.each([
    ["its host", "control4", control4, { address: "192.168.1.99" }, ["password", "applicationKey"]],
    ["its port", "control4", control4, { address: "192.168.1.20:8443" }, ["password", "applicationKey"]],
    ["its certificate", "control4", control4, { pinnedCertificate: OTHER_PIN }, ["password", "applicationKey"]],
    [
      "the account service",
      "control4",
      control4,
      { accountService: "https://accounts.example.com" },
      ["password", "applicationKey"],
    ],
    [
      "its host, and one secret comes along",
      "control4",
      control4,
      { address: "a.lan", password: "new" },
      ["applicationKey"],
    ],
    ["the host key of its console", "crestron", crestron, { pinnedHostKey: OTHER_HOST_KEY }, ["password", "homeToken"]],
    [
      "the address of its other door",
      "crestron",
      crestron,
      { homeAddress: "http://192.168.1.10" },
      ["password", "homeToken"],
    ],
    ["which certificate will do", "crestron", crestron, { acceptAnyCertificate: true }, ["password", "homeToken"]],
  ])("have to be given again: %s", (_what, make, kept, given, missing) => {
    expect(asked(make, kept, given)).toEqual(missing.map((field) => `config.${field}`));
  });

  it.each([
    ["nothing but a secret is given", control4, { password: "new" }],
    ["all of them are given", control4, { address: "a.lan", password: "new", applicationKey: control4.applicationKey }],
    [
      "what is given is what is there, or what is taken by itself",
      control4,
      { accountService: "https://apis.control4.com" },
    ],
  ])("are taken where %s", (_what, kept, given) => {
    expect(asked("control4", kept, given)).toEqual([]);
  });
});
