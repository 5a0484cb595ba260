import { startFakeHomeAssistant, testHome } from "@caretaker/connector-home-assistant/fake-gateway";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Firm, HOMEOWNER } from "./harness/firm.ts";
import { consentLink } from "./harness/mail.ts";
import { until } from "./harness/until.ts";

/** Long enough to see that nothing is done before. */
const SECONDS_UNTIL_THEN = 8;

describe("a homeowner who forgot the question", () => {
  let firm: Firm;
  let home: Awaited<ReturnType<typeof startFakeHomeAssistant>>;

  beforeAll(async () => {
    [firm, home] = await Promise.all([
      Firm.open().then((opened) => opened.settle()),
      startFakeHomeAssistant({ home: testHome({ hall: { mode: "wedged" } }) }),
    ]);
  });
  afterAll(() => Promise.all([firm?.close(), home?.close()]));

  it("is reminded once by mail; the time that she chooses comes, and it is done then without asking again", async () => {
    const { siteId } = await firm.addHome(home);
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const acts = home.acts.length;
    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/stuck-integration",
      inputs: { service: service.id },
      reason: "Your lights do not answer",
    });
    const asked = await firm.mail.next(({ to }) => to === HOMEOWNER.email);

    // Three hours pass: for the database, whose clock decides.
    await firm.db
      .updateTable("message")
      .set({ leavesAt: new Date(0), nextTryAt: new Date(0) })
      .where("isReminder", "=", true)
      .execute();
    const reminder = await firm.mail.next(({ subject }) => subject.startsWith("Reminder:"));
    expect(consentLink(reminder)).toBe(consentLink(asked));

    const token = consentLink(reminder).split("/c/")[1] ?? "";
    const { proposalCode } = await firm.api("consent.view", { token });
    const from = Date.now() + SECONDS_UNTIL_THEN * 1000;
    const window = { from: new Date(from).toISOString(), to: new Date(from + 3_600_000).toISOString() };
    await firm.api("consent.answer", { token, answer: "another_time", window, proposalCode });
    await until("the run waits for it", async () => (await firm.run(run.id)).status === "waiting_for_window");
    expect(home.acts.length).toBe(acts);

    expect(await firm.ended(run.id)).toMatchObject({ outcome: "fixed" });
    const sent = (await firm.events(run.id)).find(({ data }) => data.kind === "fix.intended");
    expect(Date.parse(sent?.at ?? "")).toBeGreaterThanOrEqual(from);
    const questions = firm.mail.received.filter(({ to, text }) => to === HOMEOWNER.email && text.includes("/c/"));
    expect(questions.map(({ subject }) => subject)).toEqual([asked.subject, reminder.subject]);
    expect(await firm.ledger(siteId)).toEqual(expect.arrayContaining(["consent.window_agreed", "act.done"]));
  });
});
