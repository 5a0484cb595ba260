import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { available } from "@caretaker/kit/require.ts";
import { describe, expect, it } from "vitest";
import { startFakePanel } from "./fake-gateway/index.ts";

/** The Python that has cresnextws, where one has it: `CARETAKER_CRESNEXT_PYTHON`, or the one on the path. */
const PYTHON = process.env.CARETAKER_CRESNEXT_PYTHON ?? "python3";

function whyNoCresnextws(): string | undefined {
  try {
    execFileSync(PYTHON, ["-c", "import cresnextws"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "no Python with cresnextws 0.2.5 here";
  }
}

const SCRIPT = `
import asyncio, json, sys
from cresnextws import CresNextWSClient, ClientConfig

async def main():
    host, username, password = sys.argv[1:4]
    client = CresNextWSClient(ClientConfig(host=host, username=username, password=password, auto_reconnect=False))
    seen = {"connected": await client.connect()}
    if seen["connected"]:
        seen["name"] = (await client.http_get("/Device/DeviceInfo/Name"))
        await client.ws_get("/Device/IpTableV2")
        seen["table"] = await client.next_message(timeout=5)
        seen["pushed"] = await client.next_message(timeout=5)
        await client.disconnect()
    print(json.dumps(seen))

asyncio.run(main())
`;

const client = available("cresnextws", whyNoCresnextws);

describe.skipIf(client.skip)(client.title("cresnextws, which knows nothing of us"), () => {
  it("logs in to the fake panel, reads an object, and hears of a change", async () => {
    await using fake = await startFakePanel();
    const { username, password } = fake.config;
    const change = setInterval(() => fake.setLink("03", "OFFLINE"), 500);

    const { stdout } = await promisify(execFile)(PYTHON, [
      "-c",
      SCRIPT,
      `127.0.0.1:${fake.port}`,
      username,
      password,
    ]).finally(() => clearInterval(change));

    const seen = JSON.parse(stdout) as Record<string, unknown>;
    expect(seen.connected).toBe(true);
    expect(JSON.stringify(seen.name)).toContain("TSW-1070-HALL");
    expect(seen.table).toMatchObject({ Device: { IpTableV2: { Entries: { "03": { Address: "192.168.1.10" } } } } });
    expect(seen.pushed).toMatchObject({ Device: { IpTableV2: { Entries: { "03": { Status: "OFFLINE" } } } } });
    expect(fake.doors.sessions).toBe(0);
  });

  it("is refused with a wrong password", async () => {
    await using fake = await startFakePanel();

    const { stdout } = await promisify(execFile)(PYTHON, [
      "-c",
      SCRIPT,
      `127.0.0.1:${fake.port}`,
      "caretaker",
      "wrong",
    ]);

    expect(JSON.parse(stdout)).toMatchObject({ connected: false });
    expect(fake.doors.refusals).toBe(1);
  });
});
