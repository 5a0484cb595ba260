import { cresnext } from "@caretaker/connector-cresnext";
import { startFakePanel } from "@caretaker/connector-cresnext/fake-gateway";
import { followedDoor } from "./followed-door.ts";

/** The panel's line to its control system, by its number in the panel's table. */
const LINK = "03";

/** The encrypted door of a Crestron panel: HTTP to sign in and to ask, a WebSocket to hear. */
export const panelDoor = followedDoor({
  name: "cresnext",
  followsSeconds: 5,
  followsPoorlySeconds: 30,
  async open() {
    const fake = await startFakePanel();
    return {
      connector: cresnext,
      port: fake.port,
      config: (port) => ({ ...fake.config, url: `https://127.0.0.1:${port}` }),
      change: () => {
        fake.setLink(LINK, "OFFLINE");
        fake.setLink(LINK, "ONLINE");
      },
      ask: { capability: "gateway.info", input: {} },
      close: () => fake.close(),
    };
  },
});
