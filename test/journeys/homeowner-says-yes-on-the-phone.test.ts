import { startFakeHomeAssistant, testHome } from "@caretaker/connector-home-assistant/fake-gateway";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Firm, HOMEOWNER } from "./harness/firm.ts";
import { consentLink } from "./harness/mail.ts";
import { until } from "./harness/until.ts";

describe("a homeowner who calls instead of opening the link", () => {
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

  it("is read the question, says yes, gets a message that can stop it, and the home is put right", async () => {
    const { siteId } = await firm.addHome(home);
    const service = await firm.illIntegration(siteId, "Hall bridge");
    const run = await firm.api("run.start", {
      siteId,
      runbook: "home-assistant/stuck-integration",
      inputs: { service: service.id },
      reason: "Your lights do not answer",
    });
    await until("the homeowner was asked", async () => (await firm.run(run.id)).status === "waiting_for_consent");
    const asking = await firm.mail.next(({ to }) => to === HOMEOWNER.email);
    const requestId = (await firm.run(run.id)).consents[0]?.requestId;
    if (requestId === undefined) throw new Error("nobody was asked");
    const which = { runId: run.id, requestId };

    const question = await firm.asPrincipal("consent.phone.get", which);
    expect(question.why).toBe("Your lights do not answer");
    const said = {
      ...which,
      answer: "allow" as const,
      proposalCode: question.proposalCode,
      number: "+31 20 555 0199",
      knownBy: "Called the number in the contract",
    };
    await expect(firm.api("consent.phone.answer", said)).rejects.toMatchObject({ code: "not_allowed" });
    await firm.asPrincipal("consent.phone.answer", said);

    const told = await firm.mail.next(({ to, subject }) => to === HOMEOWNER.email && subject.includes("on the phone"));
    expect(consentLink(told)).not.toBe(consentLink(asking));
    expect(await firm.ended(run.id)).toMatchObject({ outcome: "fixed", consents: [{ grade: "C", status: "used" }] });
    const view = await firm.api("consent.view", { token: consentLink(told).split("/").at(-1) ?? "" });
    expect(view.progress.results).toEqual([
      { thing: "Hall bridge", before: expect.stringContaining("do"), after: "It answers." },
    ]);
    expect(await firm.api("ledger.verify", { siteId })).toMatchObject({ whole: true });
  });
});
