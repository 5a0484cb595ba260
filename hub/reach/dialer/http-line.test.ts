import { createServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { CaretakerError, type GatewayTarget, systemClock } from "@caretaker/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { createDialer } from "../dialer.ts";
import { testCertificate } from "./test-certificate.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Served {
  readonly url: string;
  readonly line: ReturnType<ReturnType<typeof createDialer>["httpLine"]>;
  /** Connections that were made so far. */
  readonly connections: Socket[];
  readonly asked: string[];
}

/** A server that answers what it was asked, and a line to it. */
async function serve(more: Partial<GatewayTarget> = {}, server?: Server): Promise<Served> {
  const connections: Socket[] = [];
  const asked: string[] = [];
  const listening = server ?? createServer();
  listening.on("request", (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end(request.url);
  });
  listening.on("connection", (socket) => {
    connections.push(socket);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const { port } = listening.address() as AddressInfo;
  const dialer = createDialer({ allow: [{ host: "127.0.0.1", port, tls: false, ...more }], clock: systemClock });
  const line = dialer.httpLine();
  closing.push(() => {
    line.close();
    listening.closeAllConnections();
    return new Promise((resolve) => listening.close(resolve));
  });
  return { url: `${more.tls ? "https" : "http"}://127.0.0.1:${port}`, line, connections, asked };
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "answered",
    (error: unknown) => (error instanceof CaretakerError ? error.code : error),
  );

describe("a line for one exchange after another", () => {
  it("keeps its connection, and answers in the order it was asked", async () => {
    const { url, line, connections } = await serve();

    const answers = await Promise.all(["/1", "/2", "/3"].map((path) => line.http({ method: "GET", url: url + path })));

    expect(answers.map(({ body }) => body)).toEqual(["/1", "/2", "/3"]);
    expect(connections).toHaveLength(1);
  });

  it("asks a GET once more where the kept connection turns out to be closed, and sends a command once", async () => {
    const { url, line, connections, asked } = await serve();
    const cutNext = (): void => {
      connections.at(-1)?.once("data", () => connections.at(-1)?.resetAndDestroy());
    };
    await line.http({ method: "GET", url: `${url}/first` });
    connections[0]?.removeAllListeners("data");
    cutNext();

    expect(await line.http({ method: "GET", url: `${url}/again` })).toMatchObject({ body: "/again" });
    expect(connections).toHaveLength(2);

    connections[1]?.removeAllListeners("data");
    cutNext();
    expect(await codeOf(line.http({ method: "POST", url: `${url}/act` }))).toBe("gateway_unreachable");
    expect(asked.filter((one) => one.startsWith("POST"))).toEqual([]);
    expect(connections).toHaveLength(2);
  });

  it("goes only where the dialer goes, and judges the certificate", async () => {
    const { cert, key } = testCertificate;
    const { url, line, connections } = await serve({ tls: true }, createHttpsServer({ cert, key }));

    expect(await codeOf(line.http({ method: "GET", url: `${url}/` }))).toBe("gateway_certificate_unknown");
    expect(await codeOf(line.http({ method: "GET", url: "https://127.0.0.1:1/" }))).toBe("target_refused");
    expect(connections).toHaveLength(1);
  });

  it("takes any certificate where a person chose so, and only there", async () => {
    const { cert, key } = testCertificate;
    const { url, line } = await serve({ tls: true, acceptsAnyCertificate: true }, createHttpsServer({ cert, key }));

    expect(await line.http({ method: "GET", url: `${url}/x` })).toMatchObject({ status: 200, body: "/x" });
  });

  it("gives each question its own time, and goes on after one that was late", async () => {
    const { url, line } = await serve(
      {},
      createServer((request) => request.url === "/late" && new Promise(() => {})),
    );
    const silent = await serve();
    silent.line.close();

    expect(await codeOf(silent.line.http({ method: "GET", url: `${silent.url}/` }))).toBe("gateway_lost");
    expect(await codeOf(line.http({ method: "GET", url: `${url}/in-time`, timeoutSeconds: 5 }))).toBe("answered");
  });
});
