import { describeConnector } from "@caretaker/kit/describe-connector.ts";
import { startFakeHomeAssistant } from "./fake-gateway/index.ts";
import { homeAssistant } from "./index.ts";

describeConnector({
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
});
