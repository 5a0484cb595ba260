import { mock } from "node:test";
import { crestron } from "@caretaker/connector-crestron";
import { startFakeHome, startFakeProcessor } from "@caretaker/connector-crestron/fake-gateway";
import { followedDoor } from "./followed-door.ts";

/**
 * The console of a Crestron processor. It is asked every thirty seconds, and the SSH library finds out by an interval of
 * Node's own whether a line lives: that one goes with the clock here.
 */
export const consoleDoor = followedDoor({
  name: "crestron console",
  // That a line which is cut is known within 30 s is for `half-open` and the connector's own tests: here one is only late.
  noticesSeconds: 60,
  followsSeconds: 40,
  // Seventeen commands of two round trips each: with a second each way the hub does not wait until all are answered.
  mayGiveUp: ({ fault, strength }) => fault === "late" && strength === 1,
  async open() {
    mock.timers.enable({ apis: ["setInterval"] });
    const fake = await startFakeProcessor();
    let isOnline = true;
    return {
      connector: crestron,
      port: fake.port,
      config: (port) => ({ ...fake.config, address: `127.0.0.1:${port}` }),
      change: () => {
        isOnline = !isOnline;
        fake.setStatus(1, "03", isOnline ? "ONLINE" : "OFFLINE");
      },
      ask: { capability: "device.state", input: { device: "program-1" } },
      tick: () => mock.timers.tick(1000),
      async close() {
        await fake.close();
        mock.timers.reset();
      },
    };
  },
});

/** Crestron Home on a processor: there is no push, and it is asked every fifteen seconds. */
export const crestronHomeDoor = followedDoor({
  name: "crestron home",
  // Three seconds late each way, eight questions take most of a minute.
  noticesSeconds: 80,
  followsSeconds: 20,
  async open() {
    const fake = await startFakeHome();
    const { id } = fake.row("Pendant");
    let level = 0;
    return {
      connector: crestron,
      port: fake.port,
      config: (port) => ({ ...fake.config, homeAddress: `https://127.0.0.1:${port}` }),
      change: () => {
        level = (level + 1000) % 65_536;
        fake.row("Pendant").level = level;
      },
      ask: { capability: "device.state", input: { device: `home-${id}` } },
      close: () => fake.close(),
    };
  },
});
