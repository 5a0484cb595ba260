import type { RunbookId } from "@caretaker/protocol";
import { expect, it } from "vitest";
import { openWindow, PHONE } from "./harness/browser.ts";
import { HOMEOWNER } from "./harness/firm.ts";
import { simulatedJourney } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

const RUNBOOK = `id: firm/which-light
version: 1
title: Ask which light is lit
tell: We would like to know something.
limit: 5m
steps:
  - ask: light
    say: Is the light on the white box in the hall lit?
    answers: [lit, dark]
    of: homeowner
    within: 30m
    next: { lit: { end: found }, dark: { end: needs_visit } }
`;

simulatedJourney("a homeowner who is asked what a box looks like", (stage) => {
  it("answers with one tap on the phone, which allows nothing, and the run goes on with it", async () => {
    const { firm, browser, home } = stage();
    const { siteId, gatewayId } = await firm.addHome(home);
    await firm.api("runbook.draft.save", { name: "which-light", text: RUNBOOK, rowVersion: 0 });
    await firm.api("runbook.publish", { name: "which-light", rowVersion: 1, reason: "To know before driving" });
    const run = await firm.api("run.start", {
      siteId,
      gatewayId,
      runbook: "firm/which-light" as RunbookId,
      inputs: {},
      reason: "Nothing in your hall answers",
    });
    const mail = await firm.mail.next(({ to }) => to === HOMEOWNER.email);
    const link = /https?:\/\/\S+\/q\/[A-Za-z0-9_-]+/.exec(mail.text)?.[0] ?? "";
    await until("the run waits", async () => (await firm.run(run.id)).status === "waiting_for_answer");
    expect((await fetch(link)).ok).toBe(true);
    const { page } = await openWindow(browser, { viewport: PHONE });
    await page.goto(link);
    await page.getByText("Is the light on the white box in the hall lit?").waitFor();
    await page.getByText("Your answer allows nothing").waitFor();

    await page.getByRole("button", { name: "dark", exact: true }).click();
    await page.getByText("Your answer has arrived.").waitFor();

    expect(await firm.ended(run.id)).toMatchObject({ outcome: "needs_visit" });
    const answered = (await firm.events(run.id)).find(({ data }) => data.kind === "question.answered");
    expect(answered?.data).toMatchObject({ answer: "dark", by: expect.stringContaining("homeowner:") });
    expect(home.acts).toEqual([]);
  });
});
