import { describeConnector } from "@caretaker/kit/describe-connector.ts";
import { startFakeProcessor } from "./fake-gateway/index.ts";
import { crestron } from "./index.ts";

describeConnector({
  connector: crestron,
  start: async () => {
    const fake = await startFakeProcessor();
    return {
      config: fake.config,
      wrongSecret: { ...fake.config, password: "not-the-password-of-this-processor" },
      anAct: () => ({ capability: "program.restart", input: { device: "program-1" } }),
      acts: () => fake.console.acts.length,
      refusals: () => fake.refusals,
      goAway: () => fake.goAway(),
      close: () => fake.close(),
    };
  },
});
