import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeHomeAssistant, testHome } from "@caretaker/connector-home-assistant/fake-gateway";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLine } from "./harness/command-line.ts";
import { Firm, HOMEOWNER } from "./harness/firm.ts";
import { startHubProcess } from "./harness/hub-process.ts";
import { consentLink } from "./harness/mail.ts";

describe("a hub that is lost while a homeowner is being asked", () => {
  let firm: Firm;
  let folder: string;
  let home: Awaited<ReturnType<typeof startFakeHomeAssistant>>;

  beforeAll(async () => {
    [firm, folder, home] = await Promise.all([
      Firm.open().then((opened) => opened.settle()),
      mkdtemp(join(tmpdir(), "restored-")),
      startFakeHomeAssistant({ home: testHome({ hall: { mode: "wedged" } }) }),
    ]);
  });
  afterAll(async () => {
    await firm?.close();
    await Promise.all([home?.close(), rm(folder, { recursive: true, force: true })]);
  });

  it("comes back from its backup on a new machine: the old yes is void, nothing is done, and a person says go", async () => {
    const { siteId } = await firm.addHome(home);
    const ill = await firm.illIntegration(siteId, "Hall bridge");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/stuck-integration",
      inputs: { service: ill.id },
      reason: "Your lights do not answer",
    });
    const mail = await firm.mail.next(({ to }) => to === HOMEOWNER.email);
    const token = consentLink(mail).split("/").at(-1) ?? "";
    const acts = home.acts.length;

    const file = join(folder, "care.jsonl.gz");
    const taken = await commandLine(["backup", file], { CARETAKER_URL: firm.hub.url, CARETAKER_API_KEY: firm.key });
    expect(taken, taken.said).toMatchObject({ code: 0 });
    await firm.hub.stop();

    // Another machine: an embedded database instead of a server, and the key ring, which was kept apart.
    const data = join(folder, "new-data");
    const damaged = join(folder, "damaged.jsonl.gz");
    await copyFile(file, damaged);
    await appendFile(damaged, "x");
    expect(await commandLine(["restore", damaged, "--data", data])).toMatchObject({
      code: 1,
      said: expect.stringContaining("damaged"),
    });
    const restored = await commandLine(["restore", file, "--data", data]);
    expect(restored, restored.said).toMatchObject({ code: 0, said: expect.stringContaining("Bright Homes") });
    await mkdir(data, { recursive: true });
    await copyFile(firm.keyFile, join(data, "keys.json"));
    const hub = await startHubProcess({ data, port: Number(new URL(firm.hub.url).port) });
    try {
      expect(await firm.run(run.id)).toMatchObject({ status: "finished", outcome: "unclear" });
      await firm.gatewayState(run.gatewayId, siteId, "online");
      const view = await firm.api("consent.view", { token });
      expect(view.status).not.toBe("asked");
      await expect(
        firm.api("consent.answer", { token, answer: "allow", proposalCode: view.proposalCode }),
      ).rejects.toThrow();
      expect(home.acts.length).toBe(acts);
      expect(await firm.api("standstill.get", {})).toMatchObject({ standstill: { why: "restored" } });
      await firm.api("standstill.end", { reason: "Looked at the only home" });
      expect(await firm.api("standstill.get", {})).toEqual({ standstill: null });
      for (const chain of [{ siteId }, {}])
        expect(await firm.api("ledger.verify", chain)).toMatchObject({ whole: true });
      expect((await readFile(file)).includes(HOMEOWNER.email)).toBe(false);
    } finally {
      await hub.stop();
    }
  });
});
