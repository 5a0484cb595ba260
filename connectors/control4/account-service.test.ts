import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { testContext } from "@caretaker/kit";
import { type ChecklistLine, systemClock, targetsOf } from "@caretaker/protocol";
import { createDialer } from "@caretaker/reach/dialer.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeControl4, startFakeControl4 } from "./fake-gateway/index.ts";
import { ofController } from "./fake-gateway/self-signed.ts";
import { control4 } from "./index.ts";
import { Control4Config } from "./manifest.ts";

let fake: FakeControl4;
let other: Other;

beforeEach(async () => {
  [fake, other] = await Promise.all([startFakeControl4(), Other.open()]);
});
afterEach(() => Promise.all([fake.close(), other.close()]));

/** Somebody who stands where the account service should, with a certificate of its own. It counts what it can read. */
class Other {
  /** What came after the handshake: what it could read. */
  payload = 0;
  greetings = 0;
  readonly #server = createServer({ cert: ofController.cert, key: ofController.key });

  static async open(): Promise<Other> {
    const other = new Other();
    other.#server.on("connection", () => {
      other.greetings += 1;
    });
    other.#server.on("secureConnection", (socket) => {
      socket.on("data", (data: Buffer) => {
        other.payload += data.length;
      });
    });
    other.#server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => other.#server.listen(0, "127.0.0.1", resolve));
    return other;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** With the dialer that the hub has. */
function contextOf(config: Readonly<Record<string, unknown>>) {
  const dialer = createDialer({ allow: targetsOf(control4, config), clock: systemClock });
  return { ...testContext(), clock: systemClock, dialer };
}

async function checked(config: Readonly<Record<string, unknown>>): Promise<ChecklistLine[]> {
  const lines: ChecklistLine[] = [];
  for await (const line of control4.test(config, contextOf(config))) if (line.status !== "running") lines.push(line);
  return lines;
}

describe("an account service that shows a certificate", () => {
  const without = ({ pinnedAccountCertificate: _, ...config }: Record<string, string>) => config;

  it.each([
    ["other than the one that was confirmed", (config: Record<string, string>) => config],
    ["that nobody vouches for", without],
  ])("%s is sent not one byte", async (_what, of) => {
    const config = of({ ...fake.config, accountService: other.url });

    await expect(control4.connect(config, contextOf(config))).rejects.toMatchObject({
      code: "gateway_certificate_unknown",
    });
    const lines = await checked(config);

    expect(lines.at(-1)).toMatchObject({ step: "tls", door: "Account service", status: "failed" });
    expect(other.greetings).toBe(2);
    expect(other.payload).toBe(0);
    expect(fake.counters).toMatchObject({ logins: 0, loginsRefused: 0 });
  });

  it("that was confirmed is logged in to", async () => {
    const { config } = fake;
    const session = await control4.connect(config, contextOf(config));
    await session.close();

    expect(fake.counters).toMatchObject({ logins: 1, loginsRefused: 0 });
    expect((await checked(config)).at(-1)).toMatchObject({ step: "first_data", status: "ok" });
  });

  it("that nobody vouches for is shown, with the setting that keeps a yes to it", async () => {
    const lines = await checked(without(fake.config));

    expect(lines.at(-1)).toMatchObject({
      step: "tls",
      door: "Account service",
      status: "failed",
      certificate: { fingerprint256: fake.accountCertificate, setting: "pinnedAccountCertificate" },
    });
  });
});

describe("the maker's own account service", () => {
  const address = "https://apis.control4.com";

  it("is never judged by what a person said yes to", () => {
    const { accountService: _, ...typed } = fake.config;
    const parsed = Control4Config.safeParse(typed);

    expect(parsed.error?.issues).toMatchObject([{ path: ["pinnedAccountCertificate"] }]);
    expect(control4.elsewhere?.({ ...typed, pinnedAccountCertificate: undefined })).toEqual([
      { host: "apis.control4.com", port: 443, tls: true },
    ]);
  });

  it("with a certificate that nobody vouches for is offered to nobody to confirm", async () => {
    const { pinnedAccountCertificate: _, ...typed } = fake.config;
    const config = { ...typed, accountService: address };
    const context = contextOf(config);
    const certificate = async ({ host, port }: { host: string; port: number }) =>
      host === "127.0.0.1"
        ? context.dialer.certificate({ host, port })
        : { fingerprint256: "AB", subject: "CN=x", issuer: "CN=x", validFrom: "", validTo: "", trusted: false };
    const lines: ChecklistLine[] = [];

    for await (const line of control4.test(config, { ...context, dialer: { ...context.dialer, certificate } }))
      lines.push(line);

    expect(lines.at(-1)).toMatchObject({ door: "Account service", status: "failed" });
    expect(lines.at(-1)).not.toHaveProperty("certificate");
  });
});

it("an account service without TLS is refused before anything is opened", () => {
  const parsed = Control4Config.safeParse({ ...fake.config, accountService: "http://127.0.0.1:8080" });

  expect(parsed.error?.issues).toMatchObject([{ path: ["accountService"] }]);
});
