import type { DescribedConnector } from "@caretaker/kit/describe-connector.ts";
import { startFakeHome, startFakeProcessor } from "./fake-gateway/index.ts";
import { crestron } from "./index.ts";

/** Its simulated gateway by both doors, as the common questions begin it: directly, through a MessagePort and over the line of an agent. */
export const described: DescribedConnector = {
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
};

/**
 * The console alone: a home may have one door or the other. Crestron Home alone is asked every fifteen seconds, which is
 * too seldom for these questions; `home/home.test.ts` asks it on a clock that is moved.
 */
export const describedConsole: DescribedConnector = {
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
};
