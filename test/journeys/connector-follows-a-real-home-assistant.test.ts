import { setTimeout as wait } from "node:timers/promises";
import { homeAssistant } from "@caretaker/connector-home-assistant";
import { createPlainDialer, createTestClock } from "@caretaker/kit";
import { findRealHomes, type RealHome, startRealHome } from "@caretaker/kit/real-home-assistant/index.ts";
import { available } from "@caretaker/kit/require.ts";
import {
  CAPABILITIES,
  type CapabilityName,
  type ChecklistLine,
  type ConnectorContext,
  type GatewaySession,
  Inventory,
  type SessionEvent,
  systemClock,
} from "@caretaker/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

for (const { version, reason } of findRealHomes()) {
  const need = available("home-assistant", () => reason);
  describe.skipIf(need.skip)(need.title(`the connector, on a real Home Assistant ${version}`), () => {
    let home: RealHome;
    let session: GatewaySession | undefined;
    let events: SessionEvent[] = [];
    const warnings: unknown[] = [];

    beforeAll(async () => {
      home = await startRealHome({ version, name: "connector" });
    });
    afterEach(() => session?.close());
    afterAll(() => home?.stop());

    const context = (clock: ConnectorContext["clock"] = systemClock): ConnectorContext => ({
      clock,
      dialer: createPlainDialer(),
      log: { debug: () => {}, info: () => {}, warn: (...line) => warnings.push(line) },
      emit: (event) => events.push(event),
    });
    const connect = async (clock?: ConnectorContext["clock"]): Promise<Inventory> => {
      events = [];
      session = await homeAssistant.connect({ url: home.url, token: home.token }, context(clock));
      const told = events.find((event) => event.type === "inventory");
      if (told?.type !== "inventory") throw new Error("No inventory was told");
      return told.inventory;
    };

    it("finds everything well before the home is added", async () => {
      const lines: ChecklistLine[] = [];
      for await (const line of homeAssistant.test({ url: home.url, token: home.token }, context()))
        if (line.status !== "running") lines.push(line);

      expect(lines.map(({ step, status }) => [step, status])).toEqual(
        ["name", "port", "make", "credentials", "rights", "version", "first_data"].map((step) => [step, "ok"]),
      );
    });

    it("tells the home in the shapes of the protocol and understands all of it", async () => {
      const inventory = await connect();

      expect(Inventory.parse(inventory)).toEqual(inventory);
      expect(inventory.devices.find(({ name }) => name === "Hall bridge")).toMatchObject({ kind: "bridge" });
      expect(inventory.entities.find(({ label }) => label === "lock.front_door")).toMatchObject({ private: true });
      const keys = new Set(inventory.entities.map(({ key }) => key));
      const states = events.find((event) => event.type === "states");
      expect(states?.type === "states" && states.changes.filter(({ key }) => !keys.has(key))).toEqual([]);
      expect(events.filter(({ type }) => type === "garbage")).toEqual([]);
      expect(warnings).toEqual([]);
    });

    it("reads all that it declares", async () => {
      const { integrations, devices, entities } = await connect();
      const input = {
        integration: integrations.find(({ name }) => name === "Hall bridge")?.key,
        device: devices.find(({ name }) => name === "Hall motion sensor")?.key,
        entity: entities.find(({ label }) => label === "light.hall_lamp")?.key,
      };
      const answers: Partial<Record<CapabilityName, unknown>> = {};
      for (const capability of Object.keys(homeAssistant.manifest.capabilities) as CapabilityName[]) {
        if (CAPABILITIES[capability].kind !== "read" || capability === "log.errors") continue;
        const named = Object.keys(CAPABILITIES[capability].input.shape);
        const given = Object.fromEntries(named.map((field) => [field, input[field as keyof typeof input]]));
        answers[capability] = await session?.read({ capability, input: given as never });
        expect(CAPABILITIES[capability].output.safeParse(answers[capability]).error).toBeUndefined();
      }

      expect(answers).toMatchObject({
        "gateway.info": { version: home.core, state: "running", recording: true, isAdmin: true },
        "integration.state": { state: "loaded", unavailable: 0, entities: 8 },
        "device.state": { availability: "online", battery: 87 },
        "entity.state": { availability: "online" },
      });
      expect(JSON.stringify(await session?.diagnostics())).not.toContain(home.token);
    });

    it("finds a line that was cut without a word", async () => {
      const clock = createTestClock();
      await connect(clock);
      await clock.forward("15s");
      await wait(200);
      home.pause();

      await clock.forward("25s");

      await expect.poll(() => events.at(-1)).toEqual({ type: "lost", kind: "unreachable", reason: { code: "silent" } });
      home.resume();
    });

    it("knows that a restart is one, also when the homeowner asked for it", async () => {
      await connect();

      await home.restart();

      expect(events.at(-1)).toEqual({ type: "lost", kind: "restarting", reason: { code: "restarting" } });
      await connect();
      expect(events[0]).toMatchObject({ type: "gateway", state: "running" });
    });

    it("is refused plainly once the homeowner has taken the token back", async () => {
      await connect();

      await home.revokeToken();

      await expect.poll(() => events.at(-1)?.type).toBe("lost");
      await expect(connect()).rejects.toMatchObject({ code: "gateway_auth_failed" });
    });
  });
}
