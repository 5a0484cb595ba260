import { appendFileSync } from "node:fs";
import { join } from "node:path";
import {
  findRealHomes,
  type RealHome,
  startRealHome,
  type Version,
  whyNoRealHome,
} from "@caretaker/kit/real-home-assistant/index.ts";
import { available } from "@caretaker/kit/require.ts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeAgentPage, type FakeQuestion } from "./home-assistant/fake-agent-page.ts";

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
const SWITCH = "switch.caretaker_service_access";
const AT_WORK = "binary_sensor.caretaker_somebody_is_working_on_your_home";
const HELP = "button.caretaker_ask_for_help";

const question: FakeQuestion = {
  requestId: "0d3c7b2e-7f6a-4d0b-9d55-6f6c1a2b3c4d",
  digest: "ab".repeat(32),
  technician: "Noor",
  why: "The bridge has stopped. [Read more](https://evil.example)",
  lines: ["Switch Hall bridge plug off and on again"],
  answerBy: "2026-11-01T12:00:00.000Z",
  private: false,
};

interface Step {
  readonly type: string;
  readonly flow_id: string;
  readonly step_id?: string;
  readonly errors?: Record<string, string>;
  readonly reason?: string;
  readonly menu_options?: readonly string[];
  readonly description_placeholders?: Record<string, string>;
  readonly result?: { readonly entry_id: string; readonly title: string };
}

interface Issue {
  readonly domain: string;
  readonly issue_id: string;
  readonly is_fixable: boolean;
  readonly translation_key: string;
  readonly translation_placeholders: Record<string, string>;
}

describe.each(findRealHomes())("Home Assistant $version", ({ version }) => {
  const installed = available("home-assistant", () => whyNoRealHome(version));
  describe.skipIf(installed.skip)(installed.title("with Caretaker's integration"), () => describeHome(version));
});

function describeHome(version: Version): void {
  let home: RealHome;
  let agent: FakeAgentPage;
  /** Of the homeowner who has signed in. */
  let person: string;
  let entryId: string;

  const ask = async (
    method: string,
    path: string,
    body?: object,
    token = person,
  ): Promise<{ status: number; said: unknown }> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(home.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await answer.text();
    return { status: answer.status, said: text.startsWith("{") ? JSON.parse(text) : text };
  };
  const step = async (path: string, body: object, token?: string): Promise<Step> =>
    (await ask("POST", path, body, token)).said as Step;
  const setUp = async (input: { url: string; token: string }): Promise<Step> => {
    const { flow_id } = await step(FLOWS, { handler: "caretaker" });
    return step(`${FLOWS}/${flow_id}`, input);
  };
  const issues = async (): Promise<readonly Issue[]> => {
    const { issues } = await home.send<{ issues: Issue[] }>({ type: "repairs/list_issues" });
    return issues.filter((issue) => issue.domain === "caretaker");
  };
  const openRepair = async (token?: string): Promise<Step> => {
    await expect.poll(issues).toHaveLength(1);
    return step(FIX, { handler: "caretaker", issue_id: `question_${question.requestId}` }, token);
  };
  const press = (service: string, entity_id: string, domain = entity_id.split(".")[0] ?? ""): Promise<void> =>
    home.callService(domain, service, { entity_id });

  beforeAll(async () => {
    home = await startRealHome({ version, name: "integration", components: [INTEGRATION] });
    agent = await new FakeAgentPage().start();
    person = await home.signIn();
    const made = await setUp({ url: agent.url, token: agent.token });
    entryId = made.result?.entry_id ?? "";
  }, 120_000);

  afterAll(async () => {
    await Promise.all([home?.stop(), agent?.stop()]);
  });

  beforeEach(async () => {
    agent.calls.length = 0;
    await expect.poll(() => home.state(SWITCH), { timeout: 45_000 }).toBe("on");
  }, 60_000);

  afterEach(() => {
    agent.refusal = undefined;
    agent.change({ questions: [], stoppedAt: null, atWork: null });
  });

  describe("when it is set up", () => {
    it("is called as the firm, and is loaded", async () => {
      const entry = await home.entry("Lumen & Sons");

      expect(entry).toMatchObject({ entry_id: entryId, domain: "caretaker", state: "loaded" });
    });

    it("says what is wrong with the address or the token", async () => {
      expect((await setUp({ url: "ftp://192.0.2.1", token: "x" })).errors).toEqual({ url: "not_an_address" });
      expect((await setUp({ url: agent.url, token: "wrong" })).errors).toEqual({ token: "invalid_auth" });
      // Core itself listens there, and is no agent.
      expect((await setUp({ url: home.url, token: agent.token })).errors).toEqual({ base: "cannot_connect" });
    });

    it.each([
      ["has confirmed the installer", { firm: { name: "Lumen & Sons", phone: null } }],
      ["has paired it", { home: null, firm: null, hub: { connected: false, since: null } }],
    ])("waits until somebody of the home %s", async (_what, state) => {
      const fresh = await new FakeAgentPage().start();
      fresh.change({ ...state, confirmed: false, fingerprint: "0000 1111 2222 3333" });

      const refused = await setUp({ url: fresh.url, token: fresh.token });
      await fresh.stop();

      expect(refused.errors).toEqual({ base: "not_confirmed" });
    });

    it("knows the same agent again by its key", async () => {
      const again = await setUp({ url: `${agent.url}/`, token: agent.token });

      expect(again).toMatchObject({ type: "abort", reason: "already_configured" });
    });
  });

  describe("when the firm asks", () => {
    beforeEach(() => agent.change({ questions: [question] }));

    it("lists it among the repairs, with the firm's words as words only", async () => {
      await expect.poll(issues).toHaveLength(1);
      const [issue] = await issues();

      expect(issue).toMatchObject({
        issue_id: `question_${question.requestId}`,
        is_fixable: true,
        translation_key: "question",
      });
      expect(issue?.translation_placeholders).toMatchObject({
        firm: "Lumen \\& Sons",
        lines: "- Switch Hall bridge plug off and on again",
        why: "The bridge has stopped\\. \\[Read more\\]\\(https\\://evil\\.example\\)",
        answer_by: "2026-11-01 13:00",
      });
    });

    it("says so where it touches what is private", async () => {
      agent.change({ questions: [{ ...question, private: true }] });

      await expect.poll(async () => (await issues())[0]?.translation_key).toBe("private_question");
    });

    it.each(["allow", "no"])("takes the answer %s to the agent, for exactly what was shown", async (choice) => {
      const shown = await openRepair();
      const after = await step(`${FIX}/${shown.flow_id}`, { next_step_id: choice });

      expect(shown).toMatchObject({ type: "menu", step_id: "init", menu_options: ["allow", "no"] });
      expect(shown.description_placeholders?.lines).toContain("Hall bridge plug");
      expect(after.type).toBe("create_entry");
      expect(agent.calls).toEqual([
        {
          path: "POST /api/answer",
          body: { requestId: question.requestId, digest: question.digest, answer: choice },
        },
      ]);
      expect(await issues()).toEqual([]);
    });

    it("answers for the digest that was read, though the question changed meanwhile", async () => {
      const shown = await openRepair();
      agent.change({ questions: [{ ...question, digest: "cd".repeat(32) }] });
      await step(`${FIX}/${shown.flow_id}`, { next_step_id: "allow" });

      expect(agent.calls[0]?.body).toMatchObject({ digest: question.digest });
    });

    it("takes no yes from a program that holds an administrator's long-lived token", async () => {
      const shown = await openRepair(home.token);
      const after = await step(`${FIX}/${shown.flow_id}`, { next_step_id: "allow" }, home.token);

      expect(after).toMatchObject({ type: "abort", reason: "not_a_person" });
      expect(agent.calls).toEqual([]);
      expect(await issues()).toHaveLength(1);
    });

    it("lets nobody in who is no administrator", async () => {
      await expect.poll(issues).toHaveLength(1);
      const { token } = await home.createUser({ admin: false, name: `Guest ${Math.random()}` });

      const { status } = await ask(
        "POST",
        FIX,
        { handler: "caretaker", issue_id: `question_${question.requestId}` },
        token,
      );

      expect(status).toBe(401);
    });

    it("keeps the question where the agent refuses, and says why", async () => {
      agent.refusal = { status: 409, code: "invalid_input", message: "The proposal was changed." };

      const shown = await openRepair();
      const after = await step(`${FIX}/${shown.flow_id}`, { next_step_id: "allow" });

      expect(after).toMatchObject({
        type: "abort",
        reason: "refused",
        description_placeholders: { message: "The proposal was changed." },
      });
      expect(await issues()).toHaveLength(1);
    });

    it("takes it away when it is over", async () => {
      await expect.poll(issues).toHaveLength(1);

      agent.change({ questions: [] });

      await expect.poll(issues).toEqual([]);
    });
  });

  it("shows who is at work", async () => {
    expect(await home.state(AT_WORK)).toBe("off");

    agent.change({
      atWork: { technician: "Noor", why: "The bridge has stopped.", since: "2026-11-01T11:00:00.000Z" },
    });

    await expect.poll(() => home.state(AT_WORK)).toBe("on");
  });

  it("stops everything when the switch is turned off, and allows again when a person turns it on", async () => {
    await press("turn_off", SWITCH);
    await expect.poll(() => home.state(SWITCH)).toBe("off");
    expect(agent.calls).toEqual([{ path: "POST /api/stop", body: {} }]);

    await press("turn_on", SWITCH);
    await expect.poll(() => home.state(SWITCH)).toBe("on");
    expect(agent.calls[1]).toEqual({ path: "POST /api/allow-again", body: {} });
  });

  it("lets no automation allow again", async () => {
    await press("turn_off", SWITCH);
    await expect.poll(() => home.state(SWITCH)).toBe("off");
    // A second list of automations beside the home's own; JSON is YAML too.
    const automation = {
      alias: "Open the house",
      trigger: [{ platform: "event", event_type: "open_the_house" }],
      action: [{ service: "switch.turn_on", target: { entity_id: SWITCH } }],
    };
    appendFileSync(join(home.config, "configuration.yaml"), `\nautomation ours: ${JSON.stringify([automation])}\n`);
    await home.callService("automation", "reload");

    await ask("POST", "/api/events/open_the_house", {});

    await expect.poll(() => home.readLog()).toContain("Only an administrator allows service access again");
    expect(agent.calls.map(({ path }) => path)).toEqual(["POST /api/stop"]);
  });

  it("asks for help in the language that the firm speaks with the home", async () => {
    await press("press", HELP);

    expect(agent.calls).toEqual([
      { path: "POST /api/help", body: { words: "Iemand heeft in Home Assistant op Hulp vragen gedrukt." } },
    ]);
  });

  it("gives diagnostics that name nobody and nothing", async () => {
    agent.change({
      questions: [question],
      atWork: { technician: "Noor", why: "The bridge has stopped.", since: "2026-11-01T11:00:00.000Z" },
    });
    await expect.poll(issues).toHaveLength(1);

    const { said } = await ask("GET", `/api/diagnostics/config_entry/${entryId}`);
    const { data } = said as { data: object };

    expect(data).toMatchObject({
      entry: { token: "**REDACTED**", url: "**REDACTED**" },
      agent: { is_there: true, is_somebody_at_work: true, questions: [{ lines: 1, is_private: false }] },
    });
    const words = JSON.stringify(data);
    const secrets = [agent.token, agent.url, agent.state.fingerprint, "Keizersgracht", "Lumen", "Noor", "bridge"];
    expect(secrets.filter((secret) => words.includes(secret))).toEqual([]);
  });

  it("is not available while the agent is away, and comes back by itself", async () => {
    agent.change({ questions: [question] });
    await expect.poll(issues).toHaveLength(1);

    await agent.stop();
    await expect.poll(() => home.state(SWITCH), { timeout: 30_000 }).toBe("unavailable");
    // What cannot be answered is not asked.
    expect(await issues()).toEqual([]);

    await agent.start();
    await expect.poll(() => home.state(SWITCH), { timeout: 45_000 }).toBe("on");
    await expect.poll(issues).toHaveLength(1);
  });

  it("asks for a new token when the agent does not know the old one, and takes only one of the same agent", async () => {
    agent.token = "another";
    await home.reload("Lumen & Sons");
    const flows = await home.send<{ flow_id: string; handler: string; context: { source: string } }[]>({
      type: "config_entries/flow/progress",
    });
    const flow = flows.find(({ handler, context }) => handler === "caretaker" && context.source === "reauth");

    const shown = (await ask("GET", `${FLOWS}/${flow?.flow_id}`)).said as Step;
    const wrong = await step(`${FLOWS}/${flow?.flow_id}`, { token: "wrong" });
    const right = await step(`${FLOWS}/${flow?.flow_id}`, { token: "another" });

    expect(shown.step_id).toBe("reauth_confirm");
    expect(wrong.errors).toEqual({ token: "invalid_auth" });
    expect(right).toMatchObject({ type: "abort", reason: "reauth_successful" });
    await expect.poll(async () => (await home.entry("Lumen & Sons")).state).toBe("loaded");
  });

  it("is loaded with nothing wrong in the log, and leaves nothing behind when it is removed", async () => {
    const complaints = home
      .readLog()
      .split("\n")
      .filter((line) => line.includes("custom_components.caretaker") || line.includes("custom integration 'caretaker'"))
      .filter((line) => !/not been tested by Home Assistant|The agent is away|could not authenticate/.test(line));
    agent.change({ questions: [question] });
    await expect.poll(issues).toHaveLength(1);

    await ask("DELETE", `/api/config/config_entries/entry/${entryId}`);

    expect(complaints).toEqual([]);
    expect(await issues()).toEqual([]);
    await expect.poll(() => agent.followers).toBe(0);
  });
}
