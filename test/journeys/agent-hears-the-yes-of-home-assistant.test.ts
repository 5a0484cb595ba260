import { join } from "node:path";
import { buildQuestion } from "@caretaker/agent/guard/test-helpers.ts";
import { Pin } from "@caretaker/agent/page/pin.ts";
import { openTestPage, PIN } from "@caretaker/agent/page/test-helpers.ts";
import { findRealHomes, startRealHome, whyNoRealHome } from "@caretaker/kit/real-home-assistant/index.ts";
import { available } from "@caretaker/kit/require.ts";
import { describe, expect, it } from "vitest";

const INTEGRATION = join(
  import.meta.dirname,
  "..",
  "..",
  "home-assistant-integration",
  "custom_components",
  "caretaker",
);
const FLOWS = "/api/config/config_entries/flow";
const FIX = "/api/repairs/issues/fix";

interface Step {
  readonly type: string;
  readonly flow_id: string;
}

/** With the agent's own page and its own lock, where the other journey has a page that only imitates them. */
describe.each(findRealHomes())("Home Assistant $version", ({ version }) => {
  const installed = available("home-assistant", () => whyNoRealHome(version));

  it.skipIf(installed.skip)(
    installed.title("takes what a person allows, and what an anxious one stops, to the lock of the agent"),
    async () => {
      await using ha = await startRealHome({ version, name: "agent-page", components: [INTEGRATION] });
      const page = await openTestPage();
      try {
        const { guard, store, changes } = page.home;
        await new Pin(store).choose(PIN);
        const { text } = await page.browser().press("token", { pin: PIN });
        const token = /<code>([A-Za-z0-9_-]{32})<\/code>/.exec(text)?.[1] ?? "";
        const person = await ha.signIn();
        const post = async (path: string, body: object): Promise<Step> => {
          const headers = { authorization: `Bearer ${person}`, "content-type": "application/json" };
          const answer = await fetch(ha.url + path, { method: "POST", headers, body: JSON.stringify(body) });
          return (await answer.json()) as Step;
        };
        const { flow_id } = await post(FLOWS, { handler: "caretaker" });
        const made = await post(`${FLOWS}/${flow_id}`, { url: `http://127.0.0.1:${page.port}`, token });
        expect(made.type).toBe("create_entry");

        const asked = buildQuestion(page.home);
        guard.ask(asked);
        const issue_id = `question_${asked.requestId}`;
        const issues = async (): Promise<string[]> => {
          const { issues } = await ha.send<{ issues: { issue_id: string }[] }>({ type: "repairs/list_issues" });
          return issues.map((issue) => issue.issue_id);
        };
        await expect.poll(issues).toContain(issue_id);
        const shown = await post(FIX, { handler: "caretaker", issue_id });
        const allowed = await post(`${FIX}/${shown.flow_id}`, { next_step_id: "allow" });
        expect(allowed.type).toBe("create_entry");
        expect(changes).toContainEqual(
          expect.objectContaining({
            kind: "answered",
            requestId: asked.requestId,
            digest: asked.digest,
            answer: "allow",
            way: "home_assistant",
          }),
        );

        await ha.callService("switch", "turn_off", { entity_id: "switch.caretaker_service_access" });
        expect(guard.policy().stoppedAt).not.toBeNull();
        await expect.poll(() => ha.state("switch.caretaker_service_access")).toBe("off");
      } finally {
        await page.close();
      }
    },
  );
});
