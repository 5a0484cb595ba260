import { Agent, request } from "node:http";
import type { FleetHome } from "./fleet-process.ts";
import { cpuMicroseconds, serveWorker } from "./worker.ts";

/** The baseline: a keep-alive client for each home that asks for the same and parses what comes, with Node's own HTTP. */

const PATHS = ["/devices", "/lights", "/shades", "/scenes", "/thermostats", "/sensors", "/mediarooms"];
let asked = 0;
let parsed: unknown;

function open({ homes, everySeconds }: { homes: readonly FleetHome[]; everySeconds: number }): void {
  // Homes are not asked in step.
  for (const [index, home] of homes.entries())
    setTimeout(() => void follow(home, everySeconds), (index / homes.length) * everySeconds * 1000);
}

async function follow({ port, token }: FleetHome, everySeconds: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { authkey } = JSON.parse(await get(agent, port, "/login", { "Crestron-RestAPI-AuthToken": token })) as {
    authkey: string;
  };
  const poll = async (): Promise<void> => {
    for (const path of PATHS) {
      parsed = JSON.parse(await get(agent, port, path, { "Crestron-RestAPI-AuthKey": authkey }));
      asked += 1;
    }
    setTimeout(() => void poll(), everySeconds * 1000);
  };
  await poll();
}

function get(agent: Agent, port: number, path: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ agent, host: "127.0.0.1", port, path: `/cws/api${path}`, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
      incoming.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

serveWorker({ open, asked: () => asked, hasParsed: () => parsed !== undefined, cpu: cpuMicroseconds }, () => {});
