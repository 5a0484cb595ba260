import { control4 } from "@caretaker/connector-control4";
import { startFakeControl4 } from "@caretaker/connector-control4/fake-gateway";
import { cresnext } from "@caretaker/connector-cresnext";
import { startFakePanel } from "@caretaker/connector-cresnext/fake-gateway";
import { crestron } from "@caretaker/connector-crestron";
import { startFakeHome, startFakeProcessor } from "@caretaker/connector-crestron/fake-gateway";
import { homeAssistant } from "@caretaker/connector-home-assistant";
import { startFakeHomeAssistant } from "@caretaker/connector-home-assistant/fake-gateway";
import { type DescribedConnector, describeConnector } from "@caretaker/kit/describe-connector.ts";
import type { Connector, GatewayId } from "@caretaker/protocol";
import { throughAgent } from "@caretaker/server/agents/through-agent.ts";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { openTestLine, type TestLine } from "./test-helpers.ts";

/** The common questions to each connector, asked by a hub of an agent over a real line. */

const GATEWAY = "01890000-0000-7000-8000-000000000002" as GatewayId;
let line: TestLine;

beforeAll(async () => {
  line = await openTestLine();
  line.link.start(line.hub, () => ({ key: line.hubKey.publicKey }));
  await vi.waitFor(() => expect(line.atHub()).not.toBeNull());
});
afterAll(() => line.close());

const overLine = (connector: Connector): Connector => ({
  ...throughAgent(connector, GATEWAY, () => line.atHub()),
  manifest: connector.manifest,
});

const MAKES: readonly DescribedConnector[] = [
  {
    connector: homeAssistant,
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
  },
  {
    connector: control4,
    start: async () => {
      const fake = await startFakeControl4();
      return {
        config: fake.config,
        wrongSecret: { ...fake.config, password: "not-the-password-of-this-account" },
        anAct: ({ rooms }) => ({
          capability: "room.off",
          input: { room: rooms.find(({ name }) => name === "Living room")?.key },
        }),
        acts: () => fake.acts.length,
        refusals: () => fake.counters.loginsRefused,
        goAway: () => fake.goAway(),
        close: () => fake.close(),
      };
    },
  },
  {
    connector: crestron,
    start: async () => {
      const [processor, home] = await Promise.all([startFakeProcessor(), startFakeHome()]);
      const config = { ...processor.config, ...home.config };
      return {
        config,
        wrongSecret: { ...config, password: "not-the-password-of-this-processor" },
        anAct: () => ({ capability: "program.restart", input: { device: "program-1" } }),
        acts: () => processor.console.acts.length + home.acts.length,
        refusals: () => processor.refusals + home.refusals,
        async goAway() {
          await Promise.all([processor.goAway(), home.goAway()]);
        },
        async close() {
          await Promise.all([processor.close(), home.close()]);
        },
      };
    },
  },
  {
    connector: cresnext,
    start: async () => {
      const fake = await startFakePanel();
      return {
        config: fake.config,
        wrongSecret: { ...fake.config, password: "not-the-password-of-this-panel" },
        anAct: () => ({ capability: "gateway.restart", input: {} }),
        acts: () => fake.acts.length,
        refusals: () => fake.doors.refusals,
        goAway: () => fake.goAway(),
        close: () => fake.close(),
      };
    },
  },
];

for (const { connector, start } of MAKES) describeConnector({ connector: overLine(connector), start });
