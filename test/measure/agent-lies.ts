import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from "node:net";
import tls from "node:tls";
import { readHubAddress } from "@caretaker/agent/link/address.ts";
import { Link, type LinkTrouble } from "@caretaker/agent/link/link.ts";
import { HUB_CERTIFICATE, OTHER_CERTIFICATE, type TestCertificate } from "@caretaker/kit/certificates.ts";
import { AgentHello, isCaretakerError, systemClock } from "@caretaker/protocol";
import { makeKey, newNonce, openKey, type ProofKey, wordsToSign } from "@caretaker/reach/agent-proof.ts";
import { type WebSocket, WebSocketServer } from "ws";
import { openDoorOfOne } from "./agents/door-of-one.ts";
import type { Effort, Figure } from "./measurement.ts";

const TIMES = { small: 5, full: 200 };
const silent = { debug() {}, info() {}, warn() {} };
const agentKey = openKey(makeKey());
const pinned = openKey(makeKey());
const impostor = openKey(makeKey());

/** What reached the one who is not the hub. */
interface Heard {
  /** Bytes of HTTP or of messages, after whatever TLS there was. */
  bytes: number;
  readonly messages: string[];
}

interface Liar {
  /** As the agent has it of its hub. */
  readonly origin: string;
  readonly heard: Heard;
  close(): Promise<void>;
}

/** Each stands where the agent's hub should be. Those that are not trusted must not even hear that somebody came. */
const UNTRUSTED: Readonly<Record<string, () => Promise<Liar>>> = {
  "a certificate that nobody vouches for": () => lieByTls({ cert: OTHER_CERTIFICATE.cert, key: OTHER_CERTIFICATE.key }),
  "a good certificate of another name": () => lieByTls(HUB_CERTIFICATE, "127.0.0.2"),
  "no TLS where there should be": () => lieByTcp("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n"),
  "a redirect to ws://, in plain": () => lieByTcp("HTTP/1.1 301 Moved\r\nlocation: ws://127.0.0.1/agent\r\n\r\n"),
};

/** These have a certificate that is trusted, as whoever has got one for the name: what is said first is all that they hear. */
const NOT_THE_HUB: Readonly<Record<string, () => Promise<Liar>>> = {
  "another key than the one that was pinned": () => lieByKey(impostor),
  "the pinned key and a signature of another": () => lieByKey({ publicKey: pinned.publicKey, sign: impostor.sign }),
  "a redirect to ws:// after TLS": () => lieByRedirect(),
};

/** Addresses that would be readable on the way, as somebody might be talked into typing them. */
const PLAIN = ["ws://care.example.com", "http://care.example.com/agent", "http://192.168.1.5:4400", "ws://127.0.0.1:1"];

/** Somebody stands between an agent and its hub. */
export async function agentLies({ isFull, say }: Effort): Promise<Figure[]> {
  const times = isFull ? TIMES.full : TIMES.small;
  const before = tls.getCACertificates("default");
  tls.setDefaultCACertificates([...before, HUB_CERTIFICATE.cert]);
  try {
    let [lines, bytesOfUntrusted, opened] = [0, 0, 0];
    const others: string[] = [];
    for (let time = 0; time < times; time += 1) {
      for (const lie of Object.values(UNTRUSTED)) {
        const { heard, isOpen } = await meet(await lie());
        lines += 1;
        bytesOfUntrusted += heard.bytes;
        if (isOpen) opened += 1;
      }
      for (const lie of Object.values(NOT_THE_HUB)) {
        const { heard, isOpen } = await meet(await lie());
        lines += 1;
        others.push(...heard.messages.filter(saysMore));
        if (isOpen) opened += 1;
      }
      if ((time + 1) % 50 === 0) say(`  ${lines} lies`);
    }
    const plain = PLAIN.filter((address) => !isRefused(address)).length;
    return [
      { name: "lines to somebody else", value: lines, unit: "", promise: { atLeast: 7 * times } },
      { name: "bytes said where TLS does not vouch", value: bytesOfUntrusted, unit: "bytes", promise: { atMost: 0 } },
      { name: "messages beyond the first to another key", value: others.length, unit: "", promise: { atMost: 0 } },
      { name: "lines that were taken for the hub's", value: opened, unit: "", promise: { atMost: 0 } },
      { name: "addresses without TLS that were taken", value: plain, unit: "", promise: { atMost: 0 } },
      { name: "lines to the hub itself, by the same way", value: await meetHub(), unit: "", promise: { atLeast: 1 } },
    ];
  } finally {
    tls.setDefaultCACertificates(before);
  }
}

/** The agent's own line, until it has given up or is open. */
async function meet(liar: Liar): Promise<{ heard: Heard; isOpen: boolean }> {
  const isOpen = await opensLine(liar.origin, pinned.publicKey);
  await liar.close();
  return { heard: liar.heard, isOpen };
}

async function opensLine(origin: string, hubKey: string): Promise<boolean> {
  let link: Link | undefined;
  const isOpen = await new Promise<boolean>((resolve) => {
    link = new Link({
      clock: systemClock,
      random: Math.random,
      log: silent,
      key: agentKey,
      version: "0.1.0",
      answer: async () => null,
      hear() {},
      opened: () => resolve(true),
      lost: (_why: LinkTrouble) => resolve(false),
    });
    link.start(origin, () => ({ key: hubKey }));
  });
  await link?.stop();
  return isOpen;
}

/** Without it, an agent that never says anything would pass. */
async function meetHub(): Promise<number> {
  const door = await openDoorOfOne();
  const front = tls.createServer(HUB_CERTIFICATE, (socket) => {
    const inner = connect(Number(new URL(door.url).port), "127.0.0.1");
    socket.on("error", () => inner.destroy());
    inner.on("error", () => socket.destroy());
    socket.pipe(inner).pipe(socket);
  });
  const port = await listen(front);
  const isOpen = await opensLine(`https://127.0.0.1:${port}`, door.hubKey);
  await door.close();
  await new Promise((resolve) => front.close(resolve));
  return isOpen ? 1 : 0;
}

/** The first message names the agent's key and version, and nothing of the home. */
function saysMore(text: string): boolean {
  return !AgentHello.safeParse(JSON.parse(text)).success;
}

function isRefused(address: string): boolean {
  try {
    readHubAddress(address);
    return false;
  } catch (error) {
    return isCaretakerError(error, "invalid_input");
  }
}

async function lieByTls(certificate: TestCertificate, host = "127.0.0.1"): Promise<Liar> {
  const server = createHttpsServer({ cert: certificate.cert, key: certificate.key });
  return standIn(server, host, "https", () => null);
}

async function lieByKey(key: ProofKey): Promise<Liar> {
  const server = createHttpsServer({ cert: HUB_CERTIFICATE.cert, key: HUB_CERTIFICATE.key });
  return standIn(server, "127.0.0.1", "https", (hello) => {
    const proof = { key: key.publicKey, nonce: newNonce() };
    return { kind: "proof", ...proof, signature: key.sign(wordsToSign("hub", hello, proof)) };
  });
}

async function lieByRedirect(): Promise<Liar> {
  const plain = await standIn(createHttpServer(), "127.0.0.1", "http", () => null);
  const server = createHttpsServer({ cert: HUB_CERTIFICATE.cert, key: HUB_CERTIFICATE.key });
  server.on("upgrade", (_request, socket) => {
    socket.end(`HTTP/1.1 301 Moved\r\nlocation: ${plain.origin.replace("http", "ws")}/agent\r\n\r\n`);
  });
  const port = await listen(server);
  return {
    origin: `https://127.0.0.1:${port}`,
    heard: plain.heard,
    async close() {
      await Promise.all([plain.close(), new Promise((resolve) => server.close(resolve))]);
    },
  };
}

/** A server that answers like a hub's door, and hears whatever comes. */
async function standIn(
  server: Server,
  host: string,
  scheme: "http" | "https",
  answer: (hello: AgentHello) => object | null,
): Promise<Liar> {
  const heard: Heard = { bytes: 0, messages: [] };
  const sockets = new WebSocketServer({ server });
  server.on("upgrade", (request) => {
    heard.bytes += request.rawHeaders.join("").length;
  });
  sockets.on("connection", (socket: WebSocket) => {
    socket.on("error", () => {});
    socket.on("message", (data) => {
      heard.bytes += String(data).length;
      heard.messages.push(String(data));
      const said = answer(JSON.parse(String(data)));
      if (said === null) socket.close();
      else socket.send(JSON.stringify(said));
    });
  });
  server.on("tlsClientError", () => {});
  const port = await listen(server, host);
  return {
    origin: `${scheme}://${host}:${port}`,
    heard,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers whatever begins a TLS session in plain words. What the agent says of itself would come after that. */
async function lieByTcp(answer: string): Promise<Liar> {
  const heard: Heard = { bytes: 0, messages: [] };
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    let isFirst = true;
    socket.on("data", (data) => {
      // The first bytes ask for TLS, and an alert may follow; both name nothing but the hub that is sought.
      if (!isFirst && data[0] !== TLS_ALERT) heard.bytes += data.length;
      isFirst = false;
      socket.write(answer);
    });
  });
  const port = await listen(server);
  return {
    origin: `https://127.0.0.1:${port}`,
    heard,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const TLS_ALERT = 21;

async function listen(server: TcpServer, host = "127.0.0.1"): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}
