import { createPlainDialer } from "@caretaker/kit";
import { type ChecklistLine, systemClock } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { FakeSupervisor, startFakeHomeAssistant } from "./fake-gateway/index.ts";
import { homeAssistant } from "./index.ts";
import { testContext } from "./test-helpers.ts";

describe("through the Supervisor's proxy", () => {
  it("finds all well, follows the home and acts in it, with the app's token and nobody else's", async () => {
    await using fake = await startFakeHomeAssistant();
    await using supervisor = await FakeSupervisor.start({ homeAssistant: fake });
    const config = { url: supervisor.url, token: supervisor.token };
    const lines: ChecklistLine[] = [];
    for await (const line of homeAssistant.test(config, {
      dialer: createPlainDialer(),
      clock: systemClock,
      log: { debug() {}, info() {}, warn() {} },
      emit() {},
    }))
      if (line.status !== "running") lines.push(line);
    expect(lines.map(({ step, status }) => [step, status])).toEqual(
      ["name", "port", "make", "credentials", "rights", "version", "first_data"].map((step) => [step, "ok"]),
    );

    const context = testContext();
    const session = await homeAssistant.connect(config, context);
    const integration = context.inventory().integrations.find(({ name }) => name === "Hall bridge")?.key ?? "";
    await session.act({ capability: "integration.reload", input: { integration }, attemptId: "attempt-1" });

    expect(fake.countActs("homeassistant", "reload_config_entry")).toBe(1);
    await session.close();
    await expect(homeAssistant.connect({ ...config, token: fake.token }, testContext())).rejects.toMatchObject({
      code: "gateway_auth_failed",
    });
    expect(supervisor.refused).toBe(1);
  });

  it("says that Home Assistant behind it does not run", async () => {
    await using fake = await startFakeHomeAssistant();
    await using supervisor = await FakeSupervisor.start({ homeAssistant: fake });
    await fake.goAway();

    await expect(
      homeAssistant.connect({ url: supervisor.url, token: supervisor.token }, testContext()),
    ).rejects.toMatchObject({ code: "gateway_unreachable", meta: { cause: "proxy_alone" } });
  });

  it("says that there is no token where nobody has one", async () => {
    await expect(homeAssistant.connect({ url: "http://supervisor/core" }, testContext())).rejects.toMatchObject({
      code: "gateway_auth_failed",
      message: expect.stringContaining("http://supervisor/core"),
    });
  });
});
