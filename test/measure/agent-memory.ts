import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { HomeGuard } from "@caretaker/agent/guard/home-guard.ts";
import { Store } from "@caretaker/agent/store/store.ts";
import { WELCOME } from "@caretaker/agent/test-helpers.ts";
import {
  type FakeHomeAssistant,
  largeHome,
  startFakeHomeAssistant,
} from "@caretaker/connector-home-assistant/fake-gateway";
import { type GatewayId, systemClock } from "@caretaker/protocol";
import { makeKey, openKey } from "@caretaker/reach/agent-proof.ts";
import { AgentLink } from "@caretaker/server/agents/agent-link.ts";
import { openAgentDoor } from "@caretaker/server/agents/door.ts";
import { openSmallBox, type SmallBox } from "./agent-memory/small-box.ts";
import type { Effort, Figure } from "./measurement.ts";

/** One process of the agent with a home of 1,000 entities, after an hour's worth of what such a home says. */

const ENTITIES = 1000;
const AT_MOST_MEGABYTES = 64;
const GATEWAY = "01890000-0000-7000-8000-0000000000aa" as GatewayId;
const quiet = { debug() {}, info() {}, warn() {} };

export async function agentMemory({ isFull, say }: Effort): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "caretaker-agent-memory-"));
  const home = await startFakeHomeAssistant({ home: largeHome(ENTITIES) });
  const hub = await openHub();
  // In it the program's own text is read from the disk again and again, which takes its time.
  const box = isFull ? openSmallBox(AT_MOST_MEGABYTES) : null;
  if (isFull && box === null)
    say("No group of processes with a limit of memory can be made here, so that is left out.");
  let agent: Started | null = null;
  try {
    await pairIn(folder, hub, home);
    // What is compiled is written down at the end of the first one, as the image has it from the beginning.
    await (await start(folder, null)).end("SIGTERM");
    hub.forget();
    agent = await start(folder, box);
    const link = await hub.connected();
    const config = { url: home.url, token: home.token };
    await link.ask({ what: "open", gatewayId: GATEWAY, connector: "home-assistant", config });
    const events = isFull ? 20_000 : 4_000;
    say(`${ENTITIES} entities are followed; ${events} events come.`);
    await talk(home, events, hub);
    await fetch(`http://127.0.0.1:${agent.port}/`);
    await wait(2000);
    const used = memoryOf(agent.pid);
    const ended: Figure[] =
      box === null ? [] : [{ name: "ended in a box of 64 MB", value: box.ended(), unit: "", promise: { atMost: 0 } }];
    return [
      { name: "what the process has to itself", value: used.own, unit: "MB", promise: { atMost: AT_MOST_MEGABYTES } },
      { name: "with the program's text and other files", value: used.resident, unit: "MB", promise: null },
      ...ended,
      { name: "changes that reached the hub", value: hub.heard, unit: "", promise: { atLeast: events } },
    ];
  } finally {
    await agent?.end("SIGKILL");
    box?.close();
    await hub.close();
    await home.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Started {
  readonly pid: number;
  readonly port: number;
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** With the flags that `npm run agent` and the image start it with. */
async function start(folder: string, box: SmallBox | null): Promise<Started> {
  const program = fileURLToPath(new URL("./agent-memory/agent-process.ts", import.meta.url));
  const node = [process.execPath, ...flagsOfAgent(), program, join(folder, "home")];
  const [command = "", ...args] = box === null ? node : ["sh", "-c", 'echo $$ > "$0" && exec "$@"', box.door, ...node];
  const child = spawn(command, args, {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") },
  });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return {
    pid: child.pid ?? 0,
    port,
    async end(signal) {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : null;
      child.kill(signal);
      await ended;
    },
  };
}

function flagsOfAgent(): string[] {
  const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return (scripts.agent as string).split(" ").filter((word) => /^--(max|optimize)/.test(word));
}

/** What Linux says: pages that no file stands behind, and all pages that are in memory now. */
function memoryOf(pid: number): { readonly own: number; readonly resident: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
  return { own: megabytes("RssAnon"), resident: megabytes("VmRSS") };
}

/** The door of a hub and nothing behind it. */
async function openHub() {
  const key = openKey(makeKey());
  const server = createServer();
  const hub: { heard: number; link: AgentLink | null } = { heard: 0, link: null };
  const door = openAgentDoor<string>({
    server,
    key,
    clock: systemClock,
    log: quiet,
    findCode: async () => null,
    findAgent: async () => "agent",
    admit: async () => WELCOME,
    opened: (_who, { socket, turns }) => {
      const link = new AgentLink(socket, turns, { clock: systemClock, log: quiet, hear() {} });
      link.listen(GATEWAY, (events) => {
        for (const event of events) if (event.type === "states" && !event.full) hub.heard += event.changes.length;
      });
      hub.link = link;
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    /** Whoever came before is gone. */
    forget(): void {
      hub.link = null;
    },
    async connected() {
      for (let tries = 0; tries < 100; tries += 1) {
        if (hub.link?.isOver === false) return hub.link;
        await wait(100);
      }
      throw new Error("The agent did not come.");
    },
    get heard() {
      return hub.heard;
    },
    async close() {
      await door.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the agent would have kept of a pairing, and of a home that allows this one place. */
async function pairIn(folder: string, hub: { url: string; key: ReturnType<typeof openKey> }, home: FakeHomeAssistant) {
  const store = await Store.open(join(folder, "home"), systemClock);
  const rules = { ownPort: null, mayReachOwnMachine: true };
  const guard = new HomeGuard({ store, clock: systemClock, log: quiet, rules, declarationOf: () => null });
  guard.paired(hub.url, hub.key.publicKey, WELCOME);
  guard.confirm("quiet");
  const place = { host: "127.0.0.1", port: home.port };
  try {
    guard.permitOpen("home-assistant", [{ ...place, tls: false }]);
  } catch {
    // It is asked for with that.
  }
  guard.answerPlace(place, true);
  await store.close();
}

/** All entities in turn, in bursts as a home has them, until the hub has heard each change. */
async function talk(home: FakeHomeAssistant, events: number, hub: { readonly heard: number }): Promise<void> {
  const ids = [...home.house.states.ids()];
  for (let number = 0; number < events; number += 1) {
    const id = ids[number % ids.length] as string;
    home.setState(id, `${number % 2 === 0 ? "on" : "off"}`, { number });
    if (number % 50 === 49) await wait(10);
  }
  for (let tries = 0; hub.heard < events && tries < 100; tries += 1) await wait(100);
}
