import { createPlainDialer } from "@caretaker/kit";
import { type ActRequest, type SessionEvent, systemClock } from "@caretaker/protocol";
import { connectors } from "@caretaker/reach/makes.ts";
import { describe, expect, it } from "vitest";
import { simulatedSites } from "./simulated-sites.ts";

const silent = { debug() {}, info() {}, warn() {} };
const gateways = simulatedSites().flatMap(({ site, gateways }) => gateways.map((gateway) => ({ site, gateway })));

async function connect(connector: string, config: unknown, emit: (event: SessionEvent) => void = () => {}) {
  const make = connectors.find(({ manifest }) => manifest.id === connector);
  if (make === undefined) throw new Error(`There is no make ${connector}`);
  return make.connect(config, { dialer: createPlainDialer(), clock: systemClock, log: silent, emit });
}

describe("the demo", () => {
  it("has a home of every make", () => {
    const makes = new Set(gateways.map(({ gateway }) => gateway.connector));

    expect([...makes].sort()).toEqual(connectors.map(({ manifest }) => manifest.id).sort());
  });

  it("has a processor with both of its doors open, and again at its old port", async () => {
    const processor = gateways.find(({ gateway }) => gateway.connector === "crestron")?.gateway;
    const first = await processor?.start({});
    await first?.close();
    const again = await processor?.start({ port: first?.port ?? 0, secret: first?.secret ?? "" });
    try {
      const session = await connect("crestron", again?.config);

      expect(await session.diagnostics()).toMatchObject({ doors: { console: "open", home: "open" } });
      expect(again?.port).toBe(first?.port);
      await session.close();
    } finally {
      await again?.close();
    }
  });

  it("takes its Crestron Home along when it is restarted", async () => {
    const processor = await gateways.find(({ gateway }) => gateway.connector === "crestron")?.gateway.start({});
    try {
      const lost = Promise.withResolvers<SessionEvent>();
      const session = await connect("crestron", processor?.config, (event) => {
        if (event.type === "lost") lost.resolve(event);
      });
      const restart: ActRequest<"gateway.restart"> = {
        capability: "gateway.restart",
        input: {},
        attemptId: "attempt-1",
      };
      await session.act(restart);
      expect(await lost.promise).toMatchObject({ kind: "restarting" });

      const { homeAddress, homeToken, acceptAnyCertificate } = processor?.config ?? {};
      await expect(connect("crestron", { homeAddress, homeToken, acceptAnyCertificate })).rejects.toMatchObject({
        code: expect.stringMatching(/^gateway_(unreachable|lost)$/),
      });
    } finally {
      await processor?.close();
    }
  });
});
