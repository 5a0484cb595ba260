import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HUB_CERTIFICATE } from "@caretaker/kit/certificates.ts";
import { MAIN } from "./command-line.ts";
import { HOME, type HomeNetwork } from "./network.ts";
import { until } from "./until.ts";

export interface AgentProcess {
  /** Its page, for whoever is in the home. */
  readonly page: string;
  /** All that it printed so far. */
  output(): string;
  stop(): Promise<void>;
}

const PAGE_PORT = 8099;

/** The agent as an installer starts it, on its machine in the home. The hub's certificate is one that it trusts. */
export async function startAgentProcess(network: HomeNetwork, folder: string): Promise<AgentProcess> {
  const trusted = join(folder, "hub.pem");
  writeFileSync(trusted, HUB_CERTIFICATE.cert);
  const data = join(folder, "agent-data");
  const words = ["agent", "--data", data, "--host", HOME.agent, "--port", String(PAGE_PORT)];
  const child = spawn(network.starter("agent", process.execPath), [...MAIN, ...words], {
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", NODE_EXTRA_CA_CERTS: trusted },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const pipe of [child.stdout, child.stderr]) pipe.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await until(
    () => `the agent is there:\n${printed}`,
    () => printed.includes("The agent is there."),
  );
  return {
    page: `http://${HOME.agent}:${PAGE_PORT}`,
    output: () => printed,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
