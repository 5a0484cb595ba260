import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from "node:net";
import { CaretakerError, type GatewayTarget, systemClock } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { testCertificate } from "./dialer/test-certificate.ts";
import { createDialer } from "./dialer.ts";

const FINGERPRINT = "EC:52";
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen<S extends Server | HttpServer>(server: S): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const loopback = (port: number, more: Partial<GatewayTarget> = {}): GatewayTarget => ({
  host: "127.0.0.1",
  port,
  tls: false,
  ...more,
});

const dialerFor = (target: GatewayTarget, more: Partial<Parameters<typeof createDialer>[0]> = {}) =>
  createDialer({ allow: [target], clock: systemClock, ...more });

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "answered",
    (error: unknown) => (error instanceof CaretakerError ? error.code : error),
  );

describe("http", () => {
  it("answers with status, headers and body", async () => {
    const port = await listen(
      createHttpServer((request, response) => {
        response.setHeader("x-host", request.headers.host ?? "");
        response.statusCode = 207;
        response.end(`${request.method} ${request.url}`);
      }),
    );

    const answer = await dialerFor(loopback(port)).http({
      method: "PUT",
      url: `http://127.0.0.1:${port}/a?b=1`,
      body: "x",
    });

    expect(answer).toMatchObject({ status: 207, body: "PUT /a?b=1", headers: { "x-host": `127.0.0.1:${port}` } });
  });

  it("hands a redirect back and goes nowhere", async () => {
    let reached = 0;
    const other = await listen(createHttpServer(() => (reached += 1)));
    const port = await listen(
      createHttpServer((_request, response) => {
        response.writeHead(302, { location: `http://127.0.0.1:${other}/` }).end();
      }),
    );

    const answer = await dialerFor(loopback(port)).http({ method: "GET", url: `http://127.0.0.1:${port}/` });

    expect(answer.status).toBe(302);
    expect(reached).toBe(0);
  });

  it("cuts an answer that is too long", async () => {
    const port = await listen(createHttpServer((_request, response) => response.end("x".repeat(100_000))));

    const work = dialerFor(loopback(port)).http({ method: "GET", url: `http://127.0.0.1:${port}/`, maxBytes: 1000 });

    expect(await codeOf(work)).toBe("gateway_misbehaving");
  });

  it("gives up in time on a server that accepts and says nothing", async () => {
    const port = await listen(createNetServer());

    const work = dialerFor(loopback(port)).http({
      method: "GET",
      url: `http://127.0.0.1:${port}/`,
      timeoutSeconds: 0.1,
    });

    expect(await codeOf(work)).toBe("gateway_timeout");
  });

  it("says at once that a server changes to another protocol, which nobody asked for", async () => {
    const switching = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";
    const port = await listen(createNetServer((socket) => socket.once("data", () => socket.write(switching))));
    const began = performance.now();

    expect(await codeOf(dialerFor(loopback(port)).http({ method: "GET", url: `http://127.0.0.1:${port}/` }))).toBe(
      "gateway_misbehaving",
    );
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it("says that nothing listens, and that something is not HTTP", async () => {
    const gone = createNetServer();
    const free = await listen(gone);
    await new Promise((resolve) => gone.close(resolve));
    const ssh = await listen(createNetServer((socket) => socket.write("SSH-2.0-OpenSSH_9.9\r\n")));

    expect(await codeOf(dialerFor(loopback(free)).http({ method: "GET", url: `http://127.0.0.1:${free}/` }))).toBe(
      "gateway_unreachable",
    );
    expect(await codeOf(dialerFor(loopback(ssh)).http({ method: "GET", url: `http://127.0.0.1:${ssh}/` }))).toBe(
      "gateway_misbehaving",
    );
  });

  it("says of a token that no header can hold that it is no token, and lets go of the line", async () => {
    const server = createHttpServer((_request, response) => response.end());
    const port = await listen(server);
    const dialer = dialerFor(loopback(port));
    const headers = { authorization: "Bearer a\nb" };

    expect(await codeOf(dialer.http({ method: "GET", url: `http://127.0.0.1:${port}/`, headers }))).toBe(
      "gateway_misbehaving",
    );
    expect(await codeOf(dialer.webSocket({ url: `ws://127.0.0.1:${port}/`, headers }))).toBe("gateway_misbehaving");
    await expect.poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
  });

  it("stops when it is called off", async () => {
    const port = await listen(createNetServer());
    const controller = new AbortController();

    const work = dialerFor(loopback(port)).http({
      method: "GET",
      url: `http://127.0.0.1:${port}/`,
      signal: controller.signal,
    });
    controller.abort(new CaretakerError("shutting_down", "Enough."));

    expect(await codeOf(work)).toBe("shutting_down");
  });
});

describe("TLS", () => {
  let port: number;
  let requests: number;

  beforeEach(async () => {
    requests = 0;
    port = await listen(
      createHttpsServer(testCertificate, (_request, response) => {
        requests += 1;
        response.end("hello");
      }),
    );
  });

  const get = (target: GatewayTarget) =>
    dialerFor(target).http({
      method: "GET",
      url: `https://127.0.0.1:${port}/`,
      headers: { authorization: "Bearer x" },
    });

  it("shows a self-signed certificate and sends nothing", async () => {
    const error = await get(loopback(port, { tls: true })).catch((failure: unknown) => failure);

    expect(error).toMatchObject({
      code: "gateway_certificate_unknown",
      meta: { changed: false, certificate: { subject: "CN=gateway.test", trusted: false } },
    });
    expect(requests).toBe(0);
  });

  it("accepts the certificate whose fingerprint a person confirmed, and reads it beforehand", async () => {
    const target = loopback(port, { tls: true });
    const seen = await dialerFor(target).certificate(target);

    const answer = await get({ ...target, pinnedCertificate: seen.fingerprint256.toLowerCase() });

    expect(seen).toMatchObject({ subject: "CN=gateway.test", trusted: false, reason: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(seen.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(answer.body).toBe("hello");
  });

  it("refuses another certificate than the confirmed one and sends nothing", async () => {
    const error = await get(loopback(port, { tls: true, pinnedCertificate: FINGERPRINT })).catch(
      (failure: unknown) => failure,
    );

    expect(error).toMatchObject({ code: "gateway_certificate_unknown", meta: { changed: true } });
    expect(requests).toBe(0);
  });

  it("does not fall back to plain text where TLS was declared", async () => {
    const work = dialerFor(loopback(port, { tls: true })).http({ method: "GET", url: `http://127.0.0.1:${port}/` });

    expect(await codeOf(work)).toBe("target_refused");
  });

  it("says when a server does not speak TLS", async () => {
    const plain = await listen(createHttpServer((_request, response) => response.end()));

    const error = await dialerFor(loopback(plain, { tls: true }))
      .http({ method: "GET", url: `https://127.0.0.1:${plain}/` })
      .catch((failure: unknown) => failure);

    expect(error).toMatchObject({ code: "gateway_unreachable", meta: { cause: "tls_failed" } });
  });
});

describe("webSocket", () => {
  it("opens a socket on which both sides talk", async () => {
    const server = createHttpServer();
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(`echo ${String(data)}`)));
    const port = await listen(server);

    const socket = await dialerFor(loopback(port)).webSocket({ url: `ws://127.0.0.1:${port}/api` });
    const heard = new Promise((resolve) => socket.on("message", (data) => resolve(String(data))));
    socket.send("hello");

    expect(await heard).toBe("echo hello");
    socket.terminate();
  });

  it("says in the handshake what the connector adds, and the host as it is", async () => {
    const server = createHttpServer();
    const heard = new Promise<Record<string, unknown>>((resolve) => {
      new WebSocketServer({ server }).on("connection", (_socket, request) => resolve(request.headers));
    });
    const port = await listen(server);

    const socket = await dialerFor(loopback(port)).webSocket({
      url: `ws://127.0.0.1:${port}/`,
      headers: { jwt: "a.b.c", host: "elsewhere.example" },
    });

    expect(await heard).toMatchObject({ jwt: "a.b.c", host: `127.0.0.1:${port}` });
    socket.terminate();
  });

  it("carries messages of many megabytes, and many small ones, whole and in order", async () => {
    const server = createHttpServer();
    const big = "x".repeat(8_000_000);
    new WebSocketServer({ server }).on("connection", (socket) => {
      socket.send(big);
      for (let index = 0; index < 5000; index += 1) socket.send(`small ${index}`);
      socket.send(big);
    });
    const port = await listen(server);

    const socket = await dialerFor(loopback(port)).webSocket({ url: `ws://127.0.0.1:${port}/` });
    const heard: string[] = [];
    await new Promise<void>((resolve) =>
      socket.on("message", (data) => {
        heard.push(String(data));
        if (heard.length === 5002) resolve();
      }),
    );

    expect(heard[0] === big && heard[5001] === big).toBe(true);
    expect(heard.slice(1, 5001)).toEqual(Array.from({ length: 5000 }, (_, index) => `small ${index}`));
    socket.terminate();
  });

  it("opens over TLS to the confirmed certificate, and to no other", async () => {
    const server = createHttpsServer(testCertificate);
    new WebSocketServer({ server }).on("connection", (socket) => socket.send("secure"));
    const port = await listen(server);
    const target = loopback(port, { tls: true });
    const { fingerprint256 } = await dialerFor(target).certificate(target);

    const socket = await dialerFor({ ...target, pinnedCertificate: fingerprint256 }).webSocket({
      url: `wss://127.0.0.1:${port}/`,
    });
    const heard = await new Promise((resolve) => socket.on("message", (data) => resolve(String(data))));
    const other = dialerFor({ ...target, pinnedCertificate: FINGERPRINT }).webSocket({
      url: `wss://127.0.0.1:${port}/`,
    });

    expect(heard).toBe("secure");
    expect(await codeOf(other)).toBe("gateway_certificate_unknown");
    socket.terminate();
  });

  it("hears that the other side went, with and without a goodbye", async () => {
    const server = createHttpServer();
    new WebSocketServer({ server }).on("connection", (socket, request) => {
      if (request.url === "/goodbye") socket.close(1001, "bye");
      else socket.terminate();
    });
    const port = await listen(server);
    const closeOf = async (path: string): Promise<number> => {
      const socket = await dialerFor(loopback(port)).webSocket({ url: `ws://127.0.0.1:${port}${path}` });
      return new Promise((resolve) => socket.on("close", resolve));
    };

    expect([await closeOf("/goodbye"), await closeOf("/cut")]).toEqual([1001, 1006]);
  });

  it("says what it met where no WebSocket is", async () => {
    const port = await listen(createHttpServer((_request, response) => response.writeHead(404).end()));

    const error = await dialerFor(loopback(port))
      .webSocket({ url: `ws://127.0.0.1:${port}/` })
      .catch((failure: unknown) => failure);

    expect(error).toMatchObject({ code: "gateway_misbehaving", meta: { status: 404 } });
  });

  it("gives up in time on a handshake that never ends", async () => {
    const port = await listen(createNetServer());

    const work = dialerFor(loopback(port)).webSocket({ url: `ws://127.0.0.1:${port}/`, handshakeTimeoutSeconds: 0.1 });

    expect(await codeOf(work)).toBe("gateway_timeout");
  });

  it("closes rather than take a frame above the limit", async () => {
    const server = createHttpServer();
    new WebSocketServer({ server }).on("connection", (socket) => socket.send("x".repeat(10_000)));
    const port = await listen(server);

    const socket = await dialerFor(loopback(port)).webSocket({ url: `ws://127.0.0.1:${port}/`, maxPayloadBytes: 1000 });
    const closed = await new Promise((resolve) => socket.on("close", resolve));

    expect(closed).toBe(1006);
  });
});

describe("stream", () => {
  it("is a bare connection to a place that was declared, and to no other", async () => {
    const server = createNetServer((socket) => socket.end("SSH-2.0-here"));
    const port = await listen(server);

    const stream = await dialerFor(loopback(port)).stream({ host: "127.0.0.1", port });
    const heard = await new Promise((resolve) => stream.once("data", (data) => resolve(String(data))));

    expect(heard).toBe("SSH-2.0-here");
    expect(await codeOf(dialerFor(loopback(port)).stream({ host: "127.0.0.1", port: port + 1 }))).toBe(
      "target_refused",
    );
    stream.destroy();
  });

  it("is never opened where the gateway declares TLS", async () => {
    const dialer = dialerFor(loopback(1, { tls: true }));

    expect(await codeOf(dialer.stream({ host: "127.0.0.1", port: 1 }))).toBe("target_refused");
  });
});

describe("where it goes", () => {
  it("goes to every place that a gateway declares, and to each by its own certificate", async () => {
    const handle = (_request: unknown, response: { end(body: string): void }): void => response.end("here");
    const first = await listen(createHttpServer(handle));
    const second = await listen(createHttpsServer(testCertificate, handle));
    const allow = [loopback(first), loopback(second, { tls: true, pinnedCertificate: FINGERPRINT })];
    const dialer = createDialer({ allow, clock: systemClock });

    expect(await codeOf(dialer.http({ method: "GET", url: `http://127.0.0.1:${first}/` }))).toBe("answered");
    expect(await codeOf(dialer.http({ method: "GET", url: `https://127.0.0.1:${second}/` }))).toBe(
      "gateway_certificate_unknown",
    );
  });

  it("connects to the very address that was checked, whatever the name says next", async () => {
    const port = await listen(createHttpServer((_request, response) => response.end("trap")));
    const answers = [["192.168.77.77"], ["127.0.0.1"]];
    const dialer = dialerFor(
      { host: "gateway.test", port, tls: false },
      { resolveName: async () => answers.shift() ?? ["127.0.0.1"] },
    );

    const first = await codeOf(
      dialer.http({ method: "GET", url: `http://gateway.test:${port}/`, timeoutSeconds: 0.2 }),
    );
    const second = await codeOf(dialer.http({ method: "GET", url: `http://gateway.test:${port}/` }));

    expect(["gateway_timeout", "gateway_unreachable"]).toContain(first);
    expect(second).toBe("target_refused");
  });

  it("never connects to the hub's own ports, even where they are declared", async () => {
    const port = await listen(createHttpServer((_request, response) => response.end("the hub")));
    const dialer = dialerFor(loopback(port), { ownPorts: [port] });

    expect(await codeOf(dialer.http({ method: "GET", url: `http://127.0.0.1:${port}/` }))).toBe("target_refused");
    expect(await codeOf(dialer.connect({ host: "127.0.0.1", port }))).toBe("target_refused");
  });

  it("says which addresses of a name it would use", async () => {
    const dialer = dialerFor(
      { host: "gateway.test", port: 8123, tls: false },
      { resolveName: async () => ["192.168.1.5", "169.254.0.1", "127.0.0.1"] },
    );

    expect(await dialer.resolve("Gateway.Test")).toEqual({
      addresses: ["192.168.1.5", "169.254.0.1", "127.0.0.1"],
      allowed: ["192.168.1.5"],
    });
  });

  it("refuses 600 spellings of places that are not the gateway, at every entry", async () => {
    let reached = 0;
    const port = await listen(createNetServer(() => (reached += 1)));
    const dialer = dialerFor(
      { host: "gateway.test", port: 8123, tls: false },
      { resolveName: async () => ["127.0.0.1"] },
    );
    const urls = hostileUrls(port);

    expect(urls.length).toBeGreaterThanOrEqual(600);
    for (const url of urls) {
      expect([url, await codeOf(dialer.http({ method: "GET", url }))]).toEqual([url, "target_refused"]);
      const asSocket = url.replace(/^http/, "ws");
      expect([url, await codeOf(dialer.webSocket({ url: asSocket }))]).toEqual([url, "target_refused"]);
      const { hostname = url, port: urlPort = "80" } = URL.canParse(url) ? new URL(url) : {};
      const target = { host: hostname, port: Number(urlPort) || 80 };
      expect([url, await codeOf(dialer.connect(target))]).toEqual([url, "target_refused"]);
      expect([url, await codeOf(dialer.certificate(target))]).toEqual([url, "target_refused"]);
    }
    expect(reached).toBe(0);
  });
});

/** Loopback, zero, link-local and metadata in every spelling, users, schemes, look-alikes of the declared name, ports. */
function hostileUrls(port: number): string[] {
  const hosts = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "0",
    "0.0.0.0",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "[::ffff:169.254.169.254]",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "metadata.google.internal",
    "100.100.100.200",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "localtest.me",
    "gateway.test.evil.example",
    "evil-gateway.test",
    "gateway.test%00",
    "gateway.test%2eevil",
    "gatewaу.test",
    "xgateway.test",
    "255.255.255.255",
    "224.0.0.1",
  ];
  const shapes = [
    (host: string) => `http://${host}:${port}/`,
    (host: string) => `http://${host}:8123/`,
    (host: string) => `http://${host}/`,
    (host: string) => `https://${host}:${port}/`,
    (host: string) => `http://gateway.test@${host}:${port}/`,
    (host: string) => `http://gateway.test:8123@${host}:${port}/`,
    (host: string) => `http://user:pass@${host}:8123/`,
    (host: string) => `http://${host}:8123#@gateway.test:8123/`,
    (host: string) => `http://${host}:8123?@gateway.test:8123/`,
    (host: string) => `http://${host}\\@gateway.test:8123/`,
    (host: string) => `http:\\\\${host}:8123/`,
    (host: string) => `http:///${host}:${port}/`,
    (host: string) => `http://${host}:0${port}/`,
    (host: string) => `\thttp://${host}:8123/`,
  ];
  const others = [
    `http://gateway.test:${port}/`,
    "http://gateway.test/",
    "https://gateway.test/",
    "http://gateway.test:8124/",
    "http://user@gateway.test:8123/",
    "http://:pass@gateway.test:8123/",
    "file:///etc/passwd",
    "gopher://gateway.test:8123/",
    "ftp://gateway.test:8123/",
    "unix:/run/postgresql",
    "data:text/plain,x",
    "javascript:1",
    "http+unix://x",
    "dict://gateway.test:8123/",
    "//gateway.test:8123/",
    "gateway.test:8123",
    "",
    "http://",
    "http://[",
    "blob:http://gateway.test:8123/",
    // The declared place itself: its name leads to loopback here, which it does not say.
    "http://gateway.test:8123/",
    "http://GATEWAY.test.:8123/",
  ];
  return [...hosts.flatMap((host) => shapes.map((shape) => shape(host))), ...others];
}
