import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startFakeHomeAssistant, testHome } from "@caretaker/connector-home-assistant/fake-gateway";
import type { RunbookId } from "@caretaker/protocol";
import { transaction } from "@caretaker/server/db/database.ts";
import { addPerson } from "@caretaker/server/people/people.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLine } from "./harness/command-line.ts";
import { Firm } from "./harness/firm.ts";

describe("a runbook of the firm's own that the household would feel", () => {
  let firm: Firm;
  let home: Awaited<ReturnType<typeof startFakeHomeAssistant>>;

  beforeAll(async () => {
    [firm, home] = await Promise.all([
      Firm.open().then((opened) => opened.settle()),
      startFakeHomeAssistant({ home: testHome({ hall: { mode: "wedged" } }) }),
    ]);
  });
  afterAll(async () => {
    await firm?.close();
    await home?.close();
  });

  it("comes in as a file, waits for a second person, and is then started by its digest; its text goes out as it came", async () => {
    const { siteId } = await firm.addHome(home);
    const environment = { CARETAKER_URL: firm.hub.url, CARETAKER_API_KEY: firm.key };
    const stock = await firm.api("runbook.get", { connector: "home-assistant", name: "dead-bridge" });
    const text = stock.source.replace(/^id:.*$/m, "id: firm/our-bridge").replace(/^version:.*$/m, "version: 1");
    const file = join(firm.folder, "our-bridge.yaml");
    await writeFile(file, text);

    // Senior Kim's key asks; the principal, who has just used his second factor, agrees.
    const kim = await transaction(firm.db, (trx) =>
      addPerson(trx, {
        name: "Kim",
        email: "kim@brighthomes.example",
        role: "senior",
        password: "correct horse battery",
      }),
    );
    await firm.db.updateTable("apiKey").set({ createdById: kim }).execute();
    expect(await commandLine(["runbook", "import", file], environment)).toMatchObject({ code: 0 });
    const asked = await commandLine(["runbook", "publish", "our-bridge", "--reason", "Our own words"], environment);
    expect(asked, asked.said).toMatchObject({ code: 0, said: expect.stringContaining("waits for a second person") });

    const start = {
      siteId,
      runbook: "firm/our-bridge" as RunbookId,
      inputs: {},
      reason: "Nothing in your hall answers",
    };
    await expect(firm.api("run.start", start)).rejects.toMatchObject({ code: "not_found" });
    const [approval] = (await firm.asPrincipal("approval.list", {})).items;
    if (approval === undefined) throw new Error("nothing waits for a second person");
    await firm.asPrincipal("approval.give", { approvalId: approval.id, digest: approval.digest });

    const [version] = (await firm.api("runbook.version.list", { name: "our-bridge" })).items;
    expect(version).toMatchObject({ version: 1, publishedBy: expect.any(String), approvedBy: "Ann Vos" });
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const bridge = await firm.feed(siteId, "Hall bridge", "switch.hall_bridge_plug");
    const run = await firm.api("run.start", { ...start, inputs: { service: service.id, bridge } });
    expect(await firm.run(run.id)).toMatchObject({ digest: version?.digest, runbookVersion: 1 });
    const out = await commandLine(["runbook", "export", "our-bridge"], environment);
    expect(out.said.trimEnd()).toBe(text.trimEnd());
    await firm.api("run.cancel", { runId: run.id, reason: "Only to see it start" });
  });
});
