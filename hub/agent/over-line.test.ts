import { homeAssistant } from "@caretaker/connector-home-assistant";
import { startFakeHomeAssistant } from "@caretaker/connector-home-assistant/fake-gateway";
import { describeConnector } from "@caretaker/kit/describe-connector.ts";
import type { Connector, GatewayId } from "@caretaker/protocol";
import { throughAgent } from "@caretaker/server/agents/through-agent.ts";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { openTestLine, type TestLine } from "./test-helpers.ts";

/** The common questions to a connector, asked by a hub of an agent over a real line. */

const GATEWAY = "01890000-0000-7000-8000-000000000002" as GatewayId;
let line: TestLine;

beforeAll(async () => {
  line = await openTestLine();
  line.link.start(line.hub, () => ({ key: line.hubKey.publicKey }));
  await vi.waitFor(() => expect(line.atHub()).not.toBeNull());
});
afterAll(() => line.close());

const held: Connector = throughAgent(homeAssistant, GATEWAY, () => line.atHub());

describeConnector({
  connector: { ...held, manifest: homeAssistant.manifest },
  start: async () => {
    const fake = await startFakeHomeAssistant();
    return {
      config: { url: fake.url, token: fake.token },
      wrongSecret: { url: fake.url, token: "not-the-token-of-this-home" },
      anAct: ({ integrations }) => ({
        capability: "integration.reload",
        input: { integration: integrations.find(({ name }) => name === "Hall bridge")?.key },
      }),
      acts: () => fake.acts.length,
      refusals: () => fake.counters.loginsRefused,
      goAway: () => fake.goAway(),
      close: () => fake.close(),
    };
  },
});
