import { homeAssistant } from "@caretaker/connector-home-assistant";
import { FakeSupervisor } from "@caretaker/connector-home-assistant/fake-gateway";
import { createPlainDialer } from "@caretaker/kit";
import { findRealHomes, startRealHome, whyNoRealHome } from "@caretaker/kit/real-home-assistant/index.ts";
import { available } from "@caretaker/kit/require.ts";
import { type ChecklistLine, type SiteId, systemClock } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { startAgent } from "./harness/agent.ts";

const NAME = "Caretaker service access";
const SWITCH = "input_boolean.caretaker_service_access";

/** The real Core, with the Supervisor's proxy before it as an app meets it. The hub is away all the time. */
describe.each(findRealHomes())("Home Assistant $version", ({ version }) => {
  const installed = available("home-assistant", () => whyNoRealHome(version));

  it.skipIf(installed.skip)(
    installed.title("stops everything by a switch of the household's, and allows it again by the same one only"),
    async () => {
      await using ha = await startRealHome({ version, name: "switch" });
      await using supervisor = await FakeSupervisor.start({ homeAssistant: ha });
      const own = { url: supervisor.url, token: supervisor.token };
      const lines: ChecklistLine[] = [];
      for await (const line of homeAssistant.test(own, {
        dialer: createPlainDialer(),
        clock: systemClock,
        log: { debug() {}, info() {}, warn() {} },
        emit() {},
      }))
        if (line.status !== "running") lines.push(line);
      expect(lines.map(({ step, status }) => `${step} ${status}`)).toEqual(
        ["name", "port", "make", "credentials", "rights", "version", "first_data"].map((step) => `${step} ok`),
      );

      const { agent, stop } = await startAgent({ homeAssistant: own, switchEntity: SWITCH });
      try {
        const firm = { name: "Firm", phone: null };
        agent.guard.paired("http://127.0.0.1:9", "k".repeat(43), {
          kind: "welcome",
          siteId: "01890000-0000-7000-8000-000000000001" as SiteId,
          firm,
          home: "Home",
          language: "en",
          isConfirmed: true,
        });
        agent.guard.confirm("all");
        await expect.poll(() => agent.homeSwitch?.is).toBe("missing");
        const turn = (to: "on" | "off") => ha.callService("input_boolean", `turn_${to}`, { entity_id: SWITCH });
        const stoppedBy = () => agent.guard.policy().stoppedBy;

        // One that was just made is off.
        await ha.send({ type: "input_boolean/create", name: NAME });
        await expect.poll(stoppedBy).toBe("switch");
        await turn("on");
        await expect.poll(stoppedBy).toBeNull();
        await turn("off");
        await expect.poll(stoppedBy).toBe("switch");
        await ha.restart();
        await expect.poll(() => agent.homeSwitch?.is, { timeout: 90_000 }).toBe("off");
        expect(stoppedBy()).toBe("switch");
        await turn("on");
        await expect.poll(stoppedBy).toBeNull();

        agent.guard.stop("agent_page");
        await turn("off");
        await turn("on");
        await expect.poll(() => agent.homeSwitch?.is).toBe("on");
        expect(stoppedBy()).toBe("agent_page");
        expect(supervisor.refused).toBe(0);
      } finally {
        await stop();
      }
    },
  );
});
