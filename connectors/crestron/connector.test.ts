import { describeConnector } from "@caretaker/kit/describe-connector.ts";
import { startFakeHome, startFakeProcessor } from "./fake-gateway/index.ts";
import { crestron } from "./index.ts";

// Both doors, then each alone: a home may have one or the other.
describeConnector({
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
});

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
