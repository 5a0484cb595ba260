import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** In the home's own network: where the agent's page is, and what stands beside it. */
export const HOME = {
  agent: "192.168.77.2",
  homeAssistant: "192.168.77.10",
  control4: "192.168.77.11",
  crestron: "192.168.77.12",
} as const;

const NETWORK = "192.168.77.0/24";

/** The agent's machine, which has a way out, and the home's network, which has none. */
export type Where = "agent" | "home";

/** So many may stand side by side; the certificate of the tests' hub holds their outside addresses. */
const MOST_NETWORKS = 64;

/** Why no network can be made here; undefined where one can. */
export function whyNoNetwork(): string | undefined {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  if (process.getuid?.() !== 0) return "network namespaces need root";
  const name = `caretaker-${process.pid}-try`;
  const made = ip("netns", "add", name);
  if (made.error !== undefined) return "there is no ip command; install iproute2";
  if (made.status !== 0) return `no network namespace can be made: ${made.stderr.trim()}`;
  ip("netns", "del", name);
  return undefined;
}

/**
 * The network of a home, in namespaces of its own. Its gateways are in one that knows its own addresses and nothing else;
 * the agent's machine has a leg in there and another on a line to the outside, and forwards nothing between them. So it
 * dials out, and nobody comes in. Whatever runs inside is ended with it.
 */
export class HomeNetwork {
  /** Where the outside is, seen from the agent's machine. */
  readonly outside: string;
  /** The agent's machine, seen from the outside. */
  readonly seenAs: string;
  readonly #line: string;
  readonly #names: Readonly<Record<Where, string>>;
  readonly #folder: string;

  private constructor(number: number, folder: string) {
    this.outside = `10.213.0.${number * 4 + 1}`;
    this.seenAs = `10.213.0.${number * 4 + 2}`;
    this.#line = lineName(number);
    this.#names = {
      agent: `caretaker-${process.pid}-${number}-agent`,
      home: `caretaker-${process.pid}-${number}-home`,
    };
    this.#folder = folder;
  }

  /** `folder` gets the scripts that start something inside. */
  static open(folder: string): HomeNetwork {
    sweep();
    for (let number = 0; number < MOST_NETWORKS; number += 1) {
      // The name can be had once on the machine: whoever has it has the addresses too.
      if (ip("link", "add", lineName(number), "type", "veth", "peer", "name", `${lineName(number)}b`).status !== 0)
        continue;
      const network = new HomeNetwork(number, folder);
      try {
        network.#lay();
        return network;
      } catch (error) {
        network.close();
        throw error;
      }
    }
    throw new Error(`none of ${MOST_NETWORKS} networks is free; ip link shows who has them`);
  }

  #lay(): void {
    const { agent, home } = this.#names;
    const line = this.#line;
    for (const name of [agent, home]) run("netns", "add", name);
    for (const name of [agent, home]) run("-n", name, "link", "set", "lo", "up");
    run("link", "set", `${line}b`, "netns", agent);
    run("addr", "add", `${this.outside}/30`, "dev", line);
    run("link", "set", line, "up");
    run("-n", agent, "addr", "add", `${this.seenAs}/30`, "dev", `${line}b`);
    run("-n", agent, "link", "set", `${line}b`, "up");
    run("-n", agent, "link", "add", "lan", "type", "veth", "peer", "name", "lan", "netns", home);
    run("-n", agent, "addr", "add", `${HOME.agent}/24`, "dev", "lan");
    for (const address of [HOME.homeAssistant, HOME.control4, HOME.crestron])
      run("-n", home, "addr", "add", `${address}/24`, "dev", "lan");
    for (const name of [agent, home]) run("-n", name, "link", "set", "lan", "up");
    // Linux answers at any leg for all addresses that it has: what comes from the outside for an inner one is dropped, which
    // has to be asked before it is looked whether that is an address of its own.
    run("-n", agent, "rule", "add", "iif", `${line}b`, "to", NETWORK, "priority", "1", "blackhole");
    run("-n", agent, "rule", "add", "lookup", "local", "priority", "2");
    run("-n", agent, "rule", "del", "priority", "0");
  }

  /** A program that starts this one in there, with whatever it is given. */
  starter(where: Where, program: string): string {
    const path = join(this.#folder, `${where}-${program.split("/").at(-1)}`);
    writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${this.#names[where]} '${program}' "$@"\n`);
    chmodSync(path, 0o700);
    return path;
  }

  /** Whether a connection comes about, begun from the outside or from in there. */
  connects(from: Where | "outside", host: string, port: number): boolean {
    const words = ["-e", CONNECT, host, String(port)];
    const done =
      from === "outside"
        ? spawnSync(process.execPath, words)
        : spawnSync("ip", ["netns", "exec", this.#names[from], process.execPath, ...words]);
    if (done.status !== CONNECTED && done.status !== NOT_CONNECTED) throw new Error(`${done.stderr}`);
    return done.status === CONNECTED;
  }

  /** Somebody outside has found out where the home's network is: his packets come as far as the agent's machine. */
  tellWayIn(): void {
    run("route", "add", NETWORK, "via", this.seenAs, "dev", this.#line);
  }

  /** The line to the outside is dead: nothing is answered any more, not even that. */
  cut(): void {
    run("link", "set", this.#line, "down");
  }

  mend(): void {
    run("link", "set", this.#line, "up");
  }

  /** Also after half of it was laid. */
  close(): void {
    for (const name of Object.values(this.#names)) removeNamespace(name);
    ip("link", "del", this.#line);
  }
}

const CONNECTED = 10;
const NOT_CONNECTED = 11;
const CONNECT = `
  const socket = require("node:net").connect({ host: process.argv[1], port: Number(process.argv[2]), timeout: 2000 });
  socket.on("connect", () => process.exit(${CONNECTED}));
  for (const event of ["error", "timeout"]) socket.on(event, () => process.exit(${NOT_CONNECTED}));`;

function lineName(number: number): string {
  return `caretaker${number}`;
}

/** A namespace goes once nobody is in it. */
function removeNamespace(name: string): void {
  for (const pid of ip("netns", "pids", name).stdout.split("\n").filter(Boolean)) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // It ended meanwhile.
    }
  }
  ip("netns", "del", name);
}

/** What test processes left behind that ended without closing their network. Its line goes with its namespace. */
function sweep(): void {
  for (const line of ip("netns", "list").stdout.split("\n")) {
    const [name = "", pid] = /^caretaker-(\d+)-\S+/.exec(line) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) removeNamespace(name);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function run(...words: readonly string[]): void {
  const { status, stderr } = ip(...words);
  if (status !== 0) throw new Error(`ip ${words.join(" ")}: ${stderr.trim()}`);
}

function ip(...words: readonly string[]) {
  return spawnSync("ip", words, { encoding: "utf8" });
}
