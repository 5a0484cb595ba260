import type { DescribedConnector } from "@caretaker/kit/describe-connector.ts";
import { startFakeControl4 } from "./fake-gateway/index.ts";
import { control4 } from "./index.ts";

/** Its simulated gateway, as the common questions begin it: directly, through a MessagePort and over the line of an agent. */
export const described: DescribedConnector = {
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
};
