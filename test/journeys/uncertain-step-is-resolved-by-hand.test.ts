import type { RunbookId } from "@caretaker/protocol";
import { transaction } from "@caretaker/server/db/database.ts";
import { addPerson } from "@caretaker/server/people/people.ts";
import type { BrowserContext } from "playwright-core";
import { expect, it } from "vitest";
import { keepPicture, openWindow, PHONE, seriousMistakes } from "./harness/browser.ts";
import { simulatedJourney } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

const TECHNICIAN = { name: "Kim de Wit", email: "kim@brighthomes.example", password: "correct horse battery" };
const RUNBOOK = `id: firm/reload-and-look
version: 1
title: Restart a service and look
tell: We would like to restart a service.
limit: 10m
inputs:
  service: { type: integration, title: The integration }
steps:
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    timeout: 3s
    irreversible: A reload keeps no earlier state.
    verify: { read: gateway.info, expect: { name: A home that was restarted }, within: 15s }
    next: { failed: { end: not_fixed } }
  - end: fixed
`;

simulatedJourney("a step of which nobody knows what came", (stage) => {
  it("is settled by a technician who looked, with the reason; stopping said before what cannot be undone", async () => {
    const { firm, browser, home } = stage();
    const { siteId, gatewayId } = await firm.addHome(home, ["diagnose", "fix"]);
    const service = await firm.illIntegration(siteId, "Hall bridge");
    await firm.api("runbook.draft.save", { name: "reload-and-look", text: RUNBOOK, rowVersion: 0 });
    await firm.api("runbook.publish", { name: "reload-and-look", rowVersion: 1, reason: "For a journey" });
    // The call goes out and nothing comes back.
    home.knobs.silentCommands.add("call_service");
    const run = await firm.api("run.start", {
      siteId,
      gatewayId,
      runbook: "firm/reload-and-look" as RunbookId,
      inputs: { service: service.id },
      reason: "Nothing in your hall answers",
    });
    // From then on nobody can read what came of it.
    await until("the reload is intended", async () =>
      (await firm.events(run.id)).some(({ data }) => data.kind === "fix.intended"),
    );
    home.knobs.errors.set("get_config", { code: "unknown_error", message: "It does not say" });
    const { context, page } = await openWindow(browser);
    await signInTechnician(context);
    await page.goto(`${firm.hub.url}/runs/${run.id}`);
    await page.getByRole("button", { name: "Stop the run" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Cannot be undone, and is finished first").waitFor();
    await keepPicture(page, "journey-stop-says-what-stays");
    expect(await seriousMistakes(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Cancel" }).click();

    expect(await firm.ended(run.id)).toMatchObject({ outcome: "unclear", hasUncertainStep: true });
    const record = page.getByRole("button", { name: "Record it" });
    await record.waitFor();
    expect(await record.isDisabled()).toBe(true);
    await page.getByLabel("It was not done").check();
    expect(await record.isDisabled()).toBe(true);
    await page.getByLabel("How do you know?").fill("Ada sees that the bridge is dark");
    expect(await seriousMistakes(page)).toEqual([]);
    await record.click();
    await record.waitFor({ state: "hidden" });

    expect(await firm.run(run.id)).toMatchObject({ outcome: "unclear", hasUncertainStep: false });
    const resolved = (await firm.events(run.id)).find(({ data }) => data.kind === "step.resolved");
    expect(resolved?.data).toMatchObject({
      verdict: "not_done",
      by: expect.stringContaining(TECHNICIAN.name),
      reason: "Ada sees that the bridge is dark",
    });
    expect(await firm.ledger(siteId)).toContain("act.resolved");
    const attempts = await firm.db.selectFrom("attempt").select("step").where("runId", "=", run.id).execute();
    expect(attempts).toHaveLength(1);

    await page.goto(`${firm.hub.url}/sites/${siteId}/findings`);
    await page.getByRole("heading", { name: "Ill now" }).waitFor();
    await page.getByRole("link", { name: "Hall bridge" }).waitFor();
    expect(await seriousMistakes(page)).toEqual([]);
    await keepPicture(page, "journey-site-findings");
    await page.setViewportSize(PHONE);
    await page.emulateMedia({ colorScheme: "dark" });
    await keepPicture(page, "journey-site-findings-phone");
  });

  /** Kim, whose second factor counts as used just now. */
  async function signInTechnician(context: BrowserContext): Promise<void> {
    const { firm } = stage();
    await transaction(firm.db, (trx) => addPerson(trx, { ...TECHNICIAN, role: "technician" }));
    const { email, password } = TECHNICIAN;
    const answer = await context.request.post(`${firm.hub.url}/api/auth/sign-in/email`, {
      data: { email, password },
      headers: { origin: firm.hub.url },
    });
    expect(answer.ok()).toBe(true);
    await firm.db.updateTable("browserSession").set({ factorAt: new Date() }).execute();
  }
});
