import { connect } from "node:net";
import { crestron } from "@caretaker/connector-crestron";
import { type GatewaySession, systemClock, targetsOf } from "@caretaker/protocol";
import { createDialer } from "@caretaker/reach/dialer.ts";
import { Client } from "ssh2";
import type { ProcessorLogin } from "./processor-process.ts";
import { cpuMicroseconds, serveWorker } from "./worker.ts";

/** Commands over one SSH connection: as our connector types them, or as a bare `ssh2` client does. */

const quiet = { debug() {}, info() {}, warn() {} };
/** What `device.state` of a program types, and nothing else. */
const LINE = "progcomments:1";
let session: GatewaySession | undefined;
let bare: Client | undefined;

async function openOurs(login: ProcessorLogin): Promise<void> {
  const dialer = createDialer({ allow: targetsOf(crestron, login), clock: systemClock, ownPorts: [] });
  session = await crestron.connect(login, { dialer, clock: systemClock, log: quiet, emit: () => {} });
}

async function typeOurs({ commands }: { commands: number }): Promise<number> {
  const began = performance.now();
  for (let typed = 0; typed < commands; typed += 1) {
    const answer = await session?.read({ capability: "device.state", input: { device: "program-1" } });
    if (answer?.availability !== "online") throw new Error(`The program is ${answer?.availability}`);
  }
  return performance.now() - began;
}

function openBare({ address, username, password }: ProcessorLogin): Promise<void> {
  const [host, port] = address.split(":");
  const client = new Client();
  bare = client;
  return new Promise((resolve, reject) => {
    client.on("ready", resolve).on("error", reject);
    // Without `noDelay` each command waits 40 ms and more for an acknowledgement that is held back, and proves nothing.
    const sock = connect({ host: host ?? "", port: Number(port), noDelay: true });
    client.connect({ sock, username, password });
  });
}

async function typeBare({ commands }: { commands: number }): Promise<number> {
  const began = performance.now();
  for (let typed = 0; typed < commands; typed += 1) {
    const said = await exec(LINE);
    if (!said.includes("Program")) throw new Error(`The console said ${said}`);
  }
  return performance.now() - began;
}

function exec(line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    bare?.exec(line, (error, channel) => {
      if (error !== undefined) return reject(error);
      let said = "";
      channel.on("data", (data: Buffer) => {
        said += data.toString();
      });
      channel.stderr.on("data", (data: Buffer) => {
        said += data.toString();
      });
      channel.on("close", () => resolve(said));
    });
  });
}

serveWorker({ openOurs, typeOurs, openBare, typeBare, cpu: cpuMicroseconds }, async () => {
  await session?.close();
  bare?.end();
});
