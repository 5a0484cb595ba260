import { expect, it } from "vitest";
import { keepPicture } from "./harness/browser.ts";
import { journey, onThePhone } from "./harness/stage.ts";

journey("a homeowner who says no", (stage) => {
  it("is obeyed: nothing is done in the home, and the same question is not asked again by the link", async () => {
    const { firm, home } = stage();
    const { siteId } = await firm.addHome(home);
    await home.setBridge("Hall bridge", "wedged");
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/stuck-integration",
      inputs: { service: service.id },
      reason: "Your lights do not answer",
    });

    const phone = await onThePhone(stage());
    await phone.press("No");
    const ended = await firm.ended(run.id);
    await phone.page.getByText("You said no").waitFor();
    await keepPicture(phone.page, "journey-consent-refused");

    expect(ended.outcome).toBe("refused");
    expect((await firm.events(run.id)).some(({ data }) => data.kind.startsWith("fix."))).toBe(false);
    expect((await firm.integration(siteId, "Hall bridge")).unavailable).toBeGreaterThan(0);
    expect(await phone.page.getByRole("button", { name: "Allow", exact: true }).count()).toBe(0);
    expect(await firm.ledger(siteId)).toEqual(expect.arrayContaining(["consent.asked", "consent.refused"]));
    expect(await firm.ledger(siteId)).not.toContain("act.intended");
  });
});
