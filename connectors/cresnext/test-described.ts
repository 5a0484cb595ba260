import type { DescribedConnector } from "@caretaker/kit/describe-connector.ts";
import { startFakePanel } from "./fake-gateway/index.ts";
import { cresnext } from "./index.ts";

/** Its simulated gateway, as the common questions begin it: directly, through a MessagePort and over the line of an agent. */
export const described: DescribedConnector = {
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
};
