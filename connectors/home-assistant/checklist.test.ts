import type { ChecklistLine } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { buildHome, type StartFakeHomeAssistant, startFakeHomeAssistant } from "./fake-gateway/index.ts";
import { homeAssistant } from "./index.ts";
import { testContext } from "./test-helpers.ts";

async function check(options: StartFakeHomeAssistant, config: Record<string, unknown> = {}): Promise<ChecklistLine[]> {
  const fake = await startFakeHomeAssistant(options);
  try {
    const lines: ChecklistLine[] = [];
    for await (const line of homeAssistant.test({ url: fake.url, token: fake.token, ...config }, testContext()))
      lines.push(line);
    return lines;
  } finally {
    await fake.close();
  }
}

const done = (lines: readonly ChecklistLine[]): ChecklistLine[] => lines.filter(({ status }) => status !== "running");

describe("the checklist", () => {
  it("says each line as it begins and as it ends, in order", async () => {
    const lines = await check({});

    expect(lines.map(({ step, status }) => [step, status])).toEqual(
      ["name", "port", "make", "credentials", "rights", "version", "first_data"].flatMap((step) => [
        [step, "running"],
        [step, "ok"],
      ]),
    );
    expect(lines.at(-1)).toMatchObject({
      detail: "8 devices in 3 rooms, 18 entities",
      found: { rooms: 3, devices: 8, entities: 18 },
    });
  });

  it("shows a self-signed certificate with its fingerprint and sends no token", async () => {
    const lines = await check({ tls: true });

    expect(lines.at(-1)).toMatchObject({
      step: "tls",
      status: "failed",
      detail: expect.stringMatching(/self-signed/),
      next: expect.stringMatching(/[Cc]ompare/),
      certificate: {
        fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
        subject: expect.stringContaining("homeassistant.local"),
        reason: expect.stringMatching(/SELF_SIGNED/),
      },
    });
  });

  it("says when the certificate is another than the one that was confirmed", async () => {
    const lines = await check({ tls: true }, { pinnedCertificate: Array(32).fill("AB").join(":") });

    expect(lines.at(-1)).toMatchObject({ step: "tls", status: "failed", detail: expect.stringMatching(/not the one/) });
  });

  const failures: [string, StartFakeHomeAssistant, Record<string, unknown>, string, RegExp, RegExp][] = [
    ["nothing listens", {}, { url: "http://127.0.0.1:9" }, "port", /could not be reached/, /8123/],
    ["it is another program", { knobs: { isSomethingElse: true } }, {}, "make", /not a Home Assistant/, /8123/],
    ["the hub is banned", { knobs: { isBanned: true } }, {}, "make", /banned/, /ban/],
    ["a proxy is not trusted", { knobs: { isBehindUntrustedProxy: true } }, {}, "make", /trusted_proxies/, /./],
    [
      "it leads elsewhere",
      { knobs: { redirectTo: "https://home.example/" } },
      {},
      "make",
      /another address/,
      /https:\/\/home\.example\//,
    ],
    [
      "the token is wrong",
      {},
      { token: "a-token-of-another-home" },
      "credentials",
      /refused the access token/,
      /new token/,
    ],
    [
      "a proxy drops what it accepted",
      { knobs: { dropsAfterAccepting: true } },
      {},
      "credentials",
      /closed the connection/,
      /try again/,
    ],
    ["it is far too old", { version: "2021.12.1" }, {}, "version", /too old/, /[Uu]pdate/],
  ];
  it.each(failures)("stops where %s, and says what to do", async (_what, options, config, step, detail, next) => {
    const last = (await check(options, config)).at(-1);

    expect(last).toMatchObject({
      step,
      status: "failed",
      detail: expect.stringMatching(detail),
      next: expect.stringMatching(next),
    });
  });

  it("suggests TLS where something listens that hangs up on plain text", async () => {
    const fake = await startFakeHomeAssistant({ tls: true });
    const lines: ChecklistLine[] = [];
    const config = { url: `http://127.0.0.1:${fake.port}`, token: fake.token };
    for await (const line of homeAssistant.test(config, testContext())) lines.push(line);

    expect(lines.at(-1)).toMatchObject({ step: "make", status: "failed", next: expect.stringMatching(/https:/) });
    await fake.close();
  });

  const warnings: [string, StartFakeHomeAssistant, string, RegExp][] = [
    ["whose user is no administrator", { isAdmin: false }, "rights", /no administrator/],
    ["that is older than what is tested", { version: "2023.12.4" }, "version", /2024\.3/],
    ["without entities", { home: buildHome() }, "first_data", /no entities/],
  ];
  it.each(warnings)("warns of a home %s, and goes on", async (_what, options, step, detail) => {
    const lines = done(await check(options));

    expect(lines.find((line) => line.step === step)).toMatchObject({
      status: "warning",
      detail: expect.stringMatching(detail),
      next: expect.any(String),
    });
    expect(lines.at(-1)?.step).toBe("first_data");
  });

  it("leaves no connection behind, also when nobody reads to the end", async () => {
    const fake = await startFakeHomeAssistant();
    for await (const line of homeAssistant.test({ url: fake.url, token: fake.token }, testContext()))
      if (line.step === "rights") break;

    await expect.poll(() => fake.clients).toBe(0);
    await fake.close();
  });
});
