import { startFakeHomeAssistant, testHome } from "@caretaker/connector-home-assistant/fake-gateway";
import type { RunbookId, RunId, SiteId } from "@caretaker/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Firm, HOMEOWNER } from "./harness/firm.ts";
import { consentLink } from "./harness/mail.ts";
import { until } from "./harness/until.ts";

/** What never comes about, so that a step stays where it is until it is stopped. */
const NEVER = "{ unavailable: 99 }";
const READ = `read: integration.state
    with: { integration: $service }`;

/** For each kind of step that takes time: the steps of a runbook that stands there, and what the stop says. */
const STANDING: Readonly<Record<string, { readonly steps: string; readonly status: string; readonly note: RegExp }>> = {
  check: {
    steps: `
  - check: alive
    ${READ}
    expect: ${NEVER}
    tries: { times: 10, every: 30s }
    next: { fail: { end: found } }`,
    status: "waiting_for_timer",
    note: /^Stopped at alive .*Nothing was done\.$/,
  },
  wait: {
    steps: `
  - wait: settled
    ${READ}
    expect: ${NEVER}
    within: 5m
    next: { fail: { end: found } }`,
    status: "waiting_for_timer",
    note: /^Stopped at settled .*Nothing was done\.$/,
  },
  ask: {
    steps: `
  - ask: light
    say: Is the light on the bridge lit?
    answers: [lit, dark]
    within: 10m`,
    status: "waiting_for_answer",
    note: /^Stopped at light .*Nothing was done\.$/,
  },
  consent: {
    steps: `
  - consent: agreed
    tell: The lights in the hall will not answer for a moment.
  - fix: reload
    do: integration.reload
    with: { integration: $service }
    irreversible: A reload keeps no earlier state.
    verify: { ${READ.replace("\n    ", ", ")}, expect: { unavailable: 0 }, within: 20s }
    next: { failed: { end: not_fixed } }`,
    status: "waiting_for_consent",
    note: /^Stopped at agreed .*Nothing was done\.$/,
  },
};

describe("a run that a technician stops", () => {
  let firm: Firm;
  let home: Awaited<ReturnType<typeof startFakeHomeAssistant>>;
  let siteId: SiteId;
  let service: string;
  let bridge: string;

  beforeAll(async () => {
    [firm, home] = await Promise.all([
      Firm.open().then((opened) => opened.settle()),
      startFakeHomeAssistant({ home: testHome({ hall: { mode: "wedged" } }) }),
    ]);
    ({ siteId } = await firm.addHome(home));
    service = (await firm.illIntegration(siteId, "Hall bridge")).id;
    bridge = await firm.feed(siteId, "Hall bridge", "switch.hall_bridge_plug");
  });
  afterAll(async () => {
    await firm?.close();
    await home?.close();
  });

  const start = (runbook: string, inputs: Record<string, string>, reason = "Nothing in your hall answers") =>
    firm.api("run.start", { siteId, runbook: runbook as RunbookId, inputs, reason });

  async function stop(runId: RunId) {
    await firm.api("run.cancel", { runId, reason: "Another way was found" });
    return firm.ended(runId);
  }

  it.each(Object.entries(STANDING))(
    "at a %s ends there, and its log says so",
    async (kind, { steps, status, note }) => {
      const id = `firm/stands-at-${kind}`;
      const text = `id: ${id}\nversion: 1\ntitle: Stands at a ${kind}\ntell: We look at your bridge.
inputs: { service: integration }\nlimit: 30m\nsteps:${steps}\n  - end: found\n`;
      await firm.api("runbook.import", { files: [{ file: `stands-at-${kind}.yaml`, text }] });
      await firm.api("runbook.publish", { name: `stands-at-${kind}`, rowVersion: 1, reason: "For a journey" });
      const acts = home.acts.length;
      const run = await start(id, { service });
      await until(`it stands at the ${kind}`, async () => (await firm.run(run.id)).status === status);

      expect(await stop(run.id)).toMatchObject({ status: "cancelled", note: expect.stringMatching(note) });
      expect(home.acts.length).toBe(acts);
    },
  );

  it("while a fix is proven has it put back, and says so", async () => {
    home.setBridge("Hall bridge", "broken");
    // Mail of the run that was stopped before may still be on its way: the reason tells them apart.
    const reason = "Your bridge has no power";
    const run = await start("home-assistant/dead-bridge", { service, bridge }, reason);
    const mail = await firm.mail.next(({ to, text }) => to === HOMEOWNER.email && text.includes(reason));
    const token = consentLink(mail).split("/c/")[1] ?? "";
    const { proposalCode } = await firm.api("consent.view", { token });
    await firm.api("consent.answer", { token, answer: "allow", proposalCode });
    await until("the power was switched", async () =>
      (await firm.events(run.id)).some(({ data }) => data.kind === "fix.sent" && data.step === "power"),
    );

    const ended = await stop(run.id);

    expect(ended).toMatchObject({ outcome: "undone", note: expect.stringContaining("power was put back as it was") });
    const plug = home.house.states.get("switch.hall_bridge_plug");
    expect(plug?.state).toBe("on");
  });
});
