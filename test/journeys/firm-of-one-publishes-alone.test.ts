import type { RunbookId } from "@caretaker/protocol";
import { expect, it } from "vitest";
import { journey, onThePhone } from "./harness/stage.ts";

journey("a firm of one that writes its own runbook", (stage) => {
  it("waits an hour before it is published, and says to the homeowner who is asked that nobody else looked at it", async () => {
    const { firm, home } = stage();
    const { siteId } = await firm.addHome(home);
    const stock = await firm.api("runbook.get", { connector: "home-assistant", name: "dead-bridge" });
    const text = stock.source.replace(/^id:.*$/m, "id: firm/our-bridge").replace(/^version:.*$/m, "version: 1");
    await firm.api("runbook.import", { files: [{ file: "our-bridge.yaml", text }] });

    const asked = { name: "our-bridge", rowVersion: 1, reason: "Our own words" };
    const { published, approval } = await firm.asPrincipal("runbook.publish", asked);
    if (approval === null) throw new Error("Nobody was asked.");
    const { id: approvalId, digest } = approval;
    expect(published).toBeNull();
    expect(approval).toMatchObject({ isAlone: true, notBefore: expect.any(String) });
    await expect(firm.asPrincipal("approval.give", { approvalId, digest })).rejects.toThrow("You work alone");
    // An hour later.
    await firm.db.updateTable("approval").set({ notBefore: new Date() }).execute();
    await firm.asPrincipal("approval.give", { approvalId, digest });
    const { items } = await firm.api("runbook.version.list", { name: "our-bridge" });
    expect(items).toMatchObject([{ version: 1, publishedBy: "Ann Vos", approvedBy: "Ann Vos", isAlone: true }]);
    expect(firm.mail.received).toEqual([]);

    const bridge = await firm.feed(siteId, "Hall bridge", "switch.hall_bridge_plug");
    await home.setBridge("Hall bridge", "dead");
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "firm/our-bridge" as RunbookId,
      inputs: { service: service.id, bridge },
      reason: "Nothing in your hall answers",
    });
    const phone = await onThePhone(stage());
    expect(firm.mail.received[0]?.text).toContain("Ann Vos wrote this procedure and works alone");
    await phone.page.getByText("nobody else has looked at it").waitFor();
    await phone.press("Allow");

    expect(await firm.ended(run.id)).toMatchObject({ outcome: "fixed", runbookVersion: 1 });
  });
});
