import type { DescribedConnector } from "@caretaker/kit/describe-connector.ts";
import { startFakeHomeAssistant } from "./fake-gateway/index.ts";
import { homeAssistant } from "./index.ts";

/** Its simulated gateway, as the common questions begin it: directly, through a MessagePort and over the line of an agent. */
export const described: DescribedConnector = {
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
};
