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
  followsSeconds: 40,
  // It is asked every thirty seconds; three seconds late each way, a channel, a command and its answer take a dozen more.
  followsPoorlySeconds: 60,
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
  followsSeconds: 20,
  // It is asked every fifteen seconds, one question after the other; three seconds late each way, eight take most of a minute.
  followsPoorlySeconds: 80,
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
