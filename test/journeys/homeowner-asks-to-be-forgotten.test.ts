import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openWindow, seriousMistakes } from "./harness/browser.ts";
import { commandLine } from "./harness/command-line.ts";
import { HOMEOWNER } from "./harness/firm.ts";
import { onThePhone, simulatedJourney } from "./harness/stage.ts";

simulatedJourney("a homeowner who asks to be forgotten", (stage) => {
  it("is handed what is kept of her, then erased on the page; the ledger's file verifies and does not name her", async () => {
    const { firm, browser, home } = stage();
    const { siteId } = await firm.addHome(home);
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/stuck-integration",
      inputs: { service: service.id },
      reason: `${HOMEOWNER.name} says that the lights do not answer`,
    });
    const phone = await onThePhone({ firm, browser });
    await phone.press("Allow");
    await firm.ended(run.id);

    const environment = { CARETAKER_URL: firm.hub.url, CARETAKER_API_KEY: firm.key };
    const [contact] = (await firm.api("site.get", { siteId })).contacts;
    const handed = join(firm.folder, "handed-out.json");
    const told = await commandLine(["contact", "export", siteId, contact?.id ?? "", handed], environment);
    expect(told).toMatchObject({ code: 0 });
    const data = JSON.parse(await readFile(handed, "utf8")) as Record<string, unknown>;
    expect(data).toMatchObject({ contact: HOMEOWNER, questions: [{ scope: "fix", status: expect.any(String) }] });

    const { context, page } = await openWindow(browser);
    await firm.signIn(context);
    await page.goto(`${firm.hub.url}/sites/${siteId}/consent`);
    await page.getByRole("button", { name: `Erase ${HOMEOWNER.name}` }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Why?").fill("The homeowner asked for it");
    await dialog.getByRole("button", { name: "Count what would go" }).click();
    await dialog
      .getByRole("status")
      .getByText(/ledger entries/)
      .waitFor();
    expect(await seriousMistakes(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Erase", exact: true }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.getByText(HOMEOWNER.email).waitFor({ state: "hidden" });

    const file = join(firm.folder, "ledger.jsonl");
    expect((await commandLine(["ledger", "export", file, "--site", siteId], environment)).code).toBe(0);
    const verdict = await commandLine(["ledger", "verify", file]);
    expect(verdict).toMatchObject({ code: 0, said: expect.stringContaining("The homeowner asked for it") });
    const lines = await readFile(file, "utf8");
    for (const word of Object.values(HOMEOWNER)) expect(lines).not.toContain(word);
    expect((await firm.run(run.id)).reason).toBe("(erased) says that the lights do not answer");
  });
});
