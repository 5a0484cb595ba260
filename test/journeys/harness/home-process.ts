import { connect, createServer } from "node:net";
import { startFakeControl4 } from "@caretaker/connector-control4/fake-gateway";
import { startFakeHome, startFakeProcessor } from "@caretaker/connector-crestron/fake-gateway";
import { type BridgeMode, startRealHome } from "@caretaker/kit/real-home-assistant/index.ts";
import { HOME } from "./network.ts";

/**
 * The gateways of a home, run in its own network by `home.ts`: a real Home Assistant, a Control4 controller with its account
 * service, and a Crestron processor with both of its doors. Each can be had at an address of its own there.
 */

const [assistant, control4, processor, crestronHome] = await Promise.all([
  startRealHome({ version: "newest", name: "network" }),
  startFakeControl4(),
  startFakeProcessor(),
  startFakeHome(),
]);

/** All of them listen on their machine's loopback, which is nobody's network. */
async function showAt(host: string, ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const server = createServer((socket) => {
      const inner = connect(port, "127.0.0.1");
      for (const [one, other] of [
        [socket, inner],
        [inner, socket],
      ] as const) {
        one.on("error", () => other.destroy());
        one.on("close", () => other.destroy());
        one.pipe(other);
      }
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
  }
}

const { controller, account } = control4.ports;
await showAt(HOME.homeAssistant, [assistant.port]);
await showAt(HOME.control4, [controller, account]);
await showAt(HOME.crestron, [processor.port, crestronHome.port]);

const at = (config: object, host: string): Record<string, string> =>
  JSON.parse(JSON.stringify(config).replaceAll("127.0.0.1", host)) as Record<string, string>;

const methods = {
  gateways: () => ({
    homeAssistant: {
      config: at({ url: assistant.url, token: assistant.token }, HOME.homeAssistant),
      ports: [assistant.port],
    },
    control4: { config: at(control4.config, HOME.control4), ports: [controller, account] },
    crestron: {
      config: at({ ...processor.config, ...crestronHome.config }, HOME.crestron),
      ports: [processor.port, crestronHome.port],
    },
  }),
  setHallBridge: (mode: BridgeMode) => assistant.setBridge("Hall bridge", mode),
  callService: ([domain, service, data]: [string, string, object]) => assistant.callService(domain, service, data),
  stateOf: (entity: string) => assistant.state(entity),
  /** What was done to the makes that count it. */
  acts: () => control4.acts.length + processor.console.acts.length + crestronHome.acts.length,
} as const;

process.on("message", async ({ id, name, word }: { id: number; name: keyof typeof methods; word: never }) => {
  try {
    process.send?.({ id, value: (await methods[name](word)) ?? null });
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
});
process.on("disconnect", async () => {
  await Promise.all([assistant.stop(), control4.close(), processor.close(), crestronHome.close()]);
  process.exit(0);
});
process.send?.({ id: 0, value: null });
