import { describeConnector } from "@caretaker/kit/describe-connector.ts";
import { startFakePanel } from "./fake-gateway/index.ts";
import { cresnext } from "./index.ts";

describeConnector({
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
});
