import type { DescribedConnector } from "@caretaker/kit/describe-connector.ts";
import { startFakeToy } from "./fake-gateway/index.ts";
import { toy } from "./index.ts";

/** Its simulated gateway, as the common questions begin it: directly, through a MessagePort and over the line of an agent. */
export const described: DescribedConnector = {
  connector: toy,
  start: async () => {
    const fake = await startFakeToy();
    return {
      config: fake.config,
      wrongSecret: { ...fake.config, token: "not-the-token-of-this-home" },
      anAct: ({ entities }) => ({ capability: "entity.refresh", input: { entity: entities[0]?.key } }),
      acts: () => fake.acts.length,
      refusals: () => fake.loginsRefused,
      goAway: () => fake.goAway(),
      close: () => fake.close(),
    };
  },
};
