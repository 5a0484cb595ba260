import { expect, it } from "vitest";
import { onThePhone, simulatedJourney } from "./harness/stage.ts";
import { until } from "./harness/until.ts";

simulatedJourney("a homeowner who would rather have it another day", (stage) => {
  it("chooses a day and hours on the phone: nothing is done before, and Stop takes it back", async () => {
    const { firm, browser, home } = stage();
    const { siteId } = await firm.addHome(home);
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/stuck-integration",
      inputs: { service: service.id },
      reason: "Your lights do not answer",
    });
    const acts = home.acts.length;
    const phone = await onThePhone({ firm, browser });

    await phone.press("Another time");
    const day = phone.page.getByLabel("Day", { exact: true });
    await day.selectOption({ index: 2 });
    await phone.page.getByLabel("Time", { exact: true }).selectOption({ label: "10:00 – 12:00" });
    const means = await phone.page.getByText("between 10:00 and 12:00 it may be done").innerText();
    const chosen = /^On (.*) between/.exec(means)?.[1] ?? "";
    const [weekday = "", date = ""] = chosen.split(" ");
    const listed = await day.locator("option:checked").innerText();
    expect(listed).toMatch(new RegExp(`^${weekday.slice(0, 3)},? ${date} `));
    await phone.press("Allow it then");
    await phone.page
      .getByText(`You allowed this on ${chosen} between 10:00 and 12:00. Nothing is done before.`)
      .waitFor();

    await until("the run waits for it", async () => (await firm.run(run.id)).status === "waiting_for_window");
    const [consent] = (await firm.run(run.id)).consents;
    expect(consent?.window?.from).toMatch(/T0[89]:00:00.000Z$/);
    expect(await firm.ledger(siteId)).toContain("consent.window_agreed");
    expect(home.acts.length).toBe(acts);

    await phone.press("Stop");
    expect(await firm.ended(run.id)).toMatchObject({ outcome: "refused" });
    expect(home.acts.length).toBe(acts);
  });
});
