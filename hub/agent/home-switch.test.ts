import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeSupervisor, startFakeHomeAssistant } from "@caretaker/connector-home-assistant/fake-gateway";
import { CaretakerError, systemClock } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { afterEach, describe, expect, it } from "vitest";
import { Agent, type AgentOptions } from "./agent.ts";
import { HomeSwitch, type HomeSwitchDeps } from "./home-switch.ts";
import { WELCOME } from "./test-helpers.ts";

const SWITCH = "input_boolean.caretaker_service_access";
const quiet = { debug() {}, info() {}, warn() {} };

describe("the household's switch", () => {
  const folders: string[] = [];
  const agents: Agent[] = [];
  afterEach(async () => {
    for (const agent of agents.splice(0)) await agent.stop();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  /** Paired with a hub that is not there. */
  async function startAgent(options: Partial<AgentOptions>, folder = mkdtempSync(join(tmpdir(), "caretaker-switch-"))) {
    if (!folders.includes(folder)) folders.push(folder);
    const agent = await Agent.start({
      folder,
      version: "0.1.0",
      connectors,
      clock: systemClock,
      random: () => 0,
      log: quiet,
      ownPort: null,
      switchEntity: SWITCH,
      ...options,
    });
    agents.push(agent);
    if (agent.store.home.pairing === null) {
      agent.guard.paired("http://127.0.0.1:9", "k".repeat(43), WELCOME);
      agent.guard.confirm("quiet");
    }
    return agent;
  }

  it("stops everything and allows it again through the Supervisor's proxy, with no hub and no token typed", async () => {
    await using home = await startFakeHomeAssistant();
    await using supervisor = await FakeSupervisor.start({ homeAssistant: home });
    home.setState(SWITCH, "on");
    const agent = await startAgent({ homeAssistant: { url: supervisor.url, token: supervisor.token } });
    await expect.poll(() => agent.homeSwitch?.is).toBe("on");
    expect(agent.guard.policy().stoppedAt).toBeNull();

    home.setState(SWITCH, "off");
    await expect.poll(() => agent.guard.policy().stoppedBy).toBe("switch");
    home.setState(SWITCH, "on");

    await expect.poll(() => agent.guard.policy().stoppedAt).toBeNull();
    expect(supervisor.refused).toBe(0);
  });

  it("leaves all as it is while Home Assistant restarts, and looks again when it is back", async () => {
    await using home = await startFakeHomeAssistant();
    home.setState(SWITCH, "off");
    const agent = await startAgent({ homeAssistant: { url: home.url, token: home.token } });
    await expect.poll(() => agent.guard.policy().stoppedBy).toBe("switch");

    await home.goAway();
    await expect.poll(() => agent.homeSwitch?.is).toBe("away");
    expect(agent.guard.policy().stoppedBy).toBe("switch");
    home.setState(SWITCH, "on");
    await home.comeBack();

    await expect.poll(() => agent.guard.policy().stoppedAt).toBeNull();
  });

  it("is looked at when the agent starts: off by then stops, on by then lifts", async () => {
    await using home = await startFakeHomeAssistant();
    home.setState(SWITCH, "off");
    const options = { homeAssistant: { url: home.url, token: home.token } };
    const agent = await startAgent(options);
    await expect.poll(() => agent.guard.policy().stoppedBy).toBe("switch");
    await agents.pop()?.stop();

    home.setState(SWITCH, "on");
    const later = await startAgent(options, folders[0]);
    expect(later.guard.policy().stoppedBy).toBe("switch");

    await expect.poll(() => later.guard.policy().stoppedAt).toBeNull();
  });

  it("stops nothing where it does not exist, and counts from when it is made", async () => {
    await using home = await startFakeHomeAssistant();
    const agent = await startAgent({ homeAssistant: { url: home.url, token: home.token } });
    await expect.poll(() => agent.homeSwitch?.is).toBe("missing");
    expect(agent.guard.policy().stoppedAt).toBeNull();

    home.setState(SWITCH, "unavailable");
    await expect.poll(() => agent.homeSwitch?.is).toBe("unclear");
    expect(agent.guard.policy().stoppedAt).toBeNull();
    home.setState(SWITCH, "off");

    await expect.poll(() => agent.guard.policy().stoppedBy).toBe("switch");
  });
});

describe("the line of the switch", () => {
  function open(own: Record<string, unknown> | null, watch: HomeSwitchDeps["watch"]) {
    const turned: (boolean | null)[] = [];
    const line = new HomeSwitch(
      {
        entityId: SWITCH,
        clock: systemClock,
        random: () => 0,
        log: quiet,
        watch,
        turned: (isOn) => turned.push(isOn),
      },
      own,
    );
    return { line, turned };
  }
  const follows = (asked: unknown[]): HomeSwitchDeps["watch"] => {
    return async (access, { tell }) => {
      asked.push(access);
      tell("on");
      return { close() {} };
    };
  };

  it("goes to the Home Assistant that the hub could open, where the agent has none of its own", async () => {
    const asked: unknown[] = [];
    const { line } = open(null, follows(asked));
    line.start();
    expect(line.state.is).toBe("nowhere");

    line.opened({ url: "http://192.168.1.20:8123", token: "one" });
    await expect.poll(() => line.state.is).toBe("on");

    expect(asked).toEqual([{ url: "http://192.168.1.20:8123", token: "one" }]);
    await line.stop();
  });

  it("is not led away by a hub: not from the agent's own, and not while it lives", async () => {
    const asked: unknown[] = [];
    const own = open({ url: "own" }, follows(asked));
    own.line.start();
    own.line.opened({ url: "other" });
    await own.line.stop();
    expect(asked).toEqual([{ url: "own" }]);

    const given = open(null, follows(asked));
    given.line.opened({ url: "first" });
    given.line.opened({ url: "second" });
    await given.line.stop();
    expect(asked).toEqual([{ url: "own" }, { url: "first" }]);
  });

  it("is not tried again by itself with a token that was refused, only with another one", async () => {
    const asked: unknown[] = [];
    const { line, turned } = open(null, async (access) => {
      asked.push(access);
      throw new CaretakerError("gateway_auth_failed", "No.");
    });
    line.opened({ token: "one" });
    await expect.poll(() => line.state.is).toBe("refused");
    line.opened({ token: "one" });
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(asked).toHaveLength(1);

    line.opened({ token: "two" });

    await expect.poll(() => asked).toEqual([{ token: "one" }, { token: "two" }]);
    expect(turned.every((isOn) => isOn === null)).toBe(true);
    await line.stop();
  });
});
