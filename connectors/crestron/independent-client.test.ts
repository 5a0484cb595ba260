import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { available } from "@caretaker/kit/require.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeProcessor, startFakeProcessor } from "./fake-gateway/index.ts";

function whyNoSsh(): string | undefined {
  try {
    execFileSync("ssh", ["-V"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "no OpenSSH client here";
  }
}

const client = available("openssh", whyNoSsh);

describe.skipIf(client.skip)(client.title("OpenSSH's own client"), () => {
  let folder: string;
  let fake: FakeProcessor;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "ssh-"));
    fake = await startFakeProcessor();
    writeFileSync(join(folder, "ask"), `#!/bin/sh\necho "${fake.password}"\n`, { mode: 0o700 });
  });

  afterAll(async () => {
    await fake.close();
    rmSync(folder, { recursive: true });
  });

  function ssh(args: readonly string[], input = ""): Promise<string> {
    const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "PreferredAuthentications=password"];
    const child = spawn(
      "ssh",
      ["-F", "none", "-p", String(fake.port), ...options.flatMap((one) => ["-o", one]), ...args],
      {
        env: {
          PATH: process.env.PATH ?? "",
          SSH_ASKPASS: join(folder, "ask"),
          SSH_ASKPASS_REQUIRE: "force",
          DISPLAY: ":0",
        },
      },
    );
    let said = "";
    child.stdout.on("data", (data) => {
      said += String(data);
    });
    child.stdin.end(input);
    return new Promise((resolve) => child.on("close", () => resolve(said)));
  }

  it("types one command in a channel of its own", async () => {
    expect(await ssh([`${fake.username}@127.0.0.1`, "ver"])).toMatch(/^CP4-R Cntrl Eng \[v2\.8001\.00120/);
  });

  it("types at a prompt", async () => {
    const said = await ssh(["-tt", `${fake.username}@127.0.0.1`], "hostname\r\nprogcom:1\r\nbye\r\n");

    expect(said).toContain("CP4-R>");
    expect(said).toContain("CP4-ASHDOWN");
    expect(said).toContain("Friendly Name:Ashdown");
  });
});
