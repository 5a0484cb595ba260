import { createServer, type Server as HttpServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "@caretaker/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createAnnouncements } from "../announcements.ts";
import { StateStore } from "../state/store.ts";
import { createLive, type Live } from "./live.ts";

const OWN = "https://care.example:4400";
let server: HttpServer;
let live: Live;
let port: number;
let asked = 0;

beforeAll(async () => {
  const store = new StateStore({ clock: systemClock });
  server = createServer();
  live = createLive({
    server,
    origins: [OWN],
    actorOf: async () => {
      asked += 1;
      return { kind: "stranger" };
    },
    stillAllowed: async () => null,
    mayView: async () => false,
    state: { store, site: () => undefined, rows: () => [] },
    runs: {
      active: async () => [],
      ofSite: async () => [],
      details: async () => undefined,
      eventsSince: async () => [],
    },
    announcements: createAnnouncements(() => {}),
    clock: systemClock,
    log: { warn: () => {} },
    epoch: "e",
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  await live.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

type Headers = Readonly<Record<string, string>>;

/** What a handshake over plain HTTP is answered. */
function poll(headers: Headers): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { port, host: "127.0.0.1", path: "/socket.io/?EIO=4&transport=polling", headers },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    asking.on("error", reject);
    asking.end();
  });
}

function upgrade(headers: Headers): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, { headers });
    socket.on("open", () => {
      socket.terminate();
      resolve(101);
    });
    socket.on("unexpected-response", (_request, answer) => resolve(answer.statusCode ?? 0));
    socket.on("error", () => resolve(0));
  });
}

describe("a handshake from another site", () => {
  it("is refused for 300 origins over both transports, before anybody asks who it is", async () => {
    const origins = foreignOrigins();
    expect(origins.length).toBeGreaterThanOrEqual(300);

    for (const origin of origins) {
      const headers = { origin, cookie: "session=ada", "sec-fetch-site": "cross-site" };
      expect([origin, await poll(headers), await upgrade(headers)]).toEqual([
        origin,
        403,
        expect.toSatisfy((status) => status !== 101),
      ]);
    }
    expect(asked).toBe(0);
  });

  it("is refused without an origin, unless it is a same-origin poll or a program with a key", async () => {
    expect(await poll({ cookie: "session=ada" })).toBe(403);
    expect(await poll({})).toBe(403);
    expect(await poll({ cookie: "session=ada", authorization: "Bearer x" })).toBe(403);
    expect(await poll({ cookie: "session=ada", "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await poll({ cookie: "session=ada", "sec-fetch-site": "same-site" })).toBe(403);
    expect(await poll({ cookie: "session=ada", "sec-fetch-site": "same-origin" })).toBe(200);
    expect(await poll({ authorization: "Bearer x" })).toBe(200);
  });

  it("is taken from our own pages", async () => {
    expect(await poll({ origin: OWN, cookie: "session=ada" })).toBe(200);
    expect(await upgrade({ origin: OWN, cookie: "session=ada" })).toBe(101);
  });
});

/** Look-alikes, other schemes and ports, case, dots, unicode, lists, and what sandboxes and files send. */
function foreignOrigins(): string[] {
  const hosts = [
    "care.example",
    "xcare.example",
    "care.examples",
    "care.example.evil.test",
    "evil.test",
    "care.example.",
    "CARE.EXAMPLE",
    "care-example",
    "care.example%00",
    "care.example%2eevil.test",
    "xn--cre-5cd.example",
    "sub.care.example",
    "care.example@evil.test",
    "evil.test#care.example",
    "evil.test?care.example",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "0.0.0.0",
    "care.example,evil.test",
  ];
  const schemes = ["https://", "http://", "HTTPS://", "wss://", "ftp://", "chrome-extension://", "https:/", "//"];
  const ports = ["", ":4400", ":443", ":4401", ":04400", ":44000"];
  const all = hosts.flatMap((host) => schemes.flatMap((scheme) => ports.map((one) => `${scheme}${host}${one}`)));
  const others = [
    "null",
    "undefined",
    "file://",
    "*",
    "about:blank",
    `${OWN}/`,
    `${OWN} `,
    `${OWN},${OWN}`,
    `${OWN}\t`,
    ` ${OWN}x`,
    `${OWN}/path`,
    "https://care.example:4400.evil.test",
  ];
  return [...new Set([...all, ...others])].filter((origin) => origin !== OWN && origin.trim() !== OWN).slice(0, 330);
}
