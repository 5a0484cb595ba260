import { type ChecklistLine, type Connector, systemClock, targetsOf } from "@caretaker/protocol";
import { createDialer } from "@caretaker/reach/dialer.ts";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { type Config, makeCalled, readConfig } from "./connector-config.ts";

const INDENT = " ".repeat(21);
const MARKS = { ok: "ok", warning: "look", failed: "FAILED" } as const;

/** `connector test`: what is checked when a gateway is added, without a hub. */
export function addConnectorTest(connector: Command, cli: Cli): void {
  connector
    .command("test")
    .description(
      "Check a gateway as adding it would, without a hub and without keeping anything: exit code 1 when something is wrong with it, 3 when nothing answers there",
    )
    .argument("<make>", "such as control4; `connector list` shows them")
    .requiredOption(
      "--config <file>",
      "a JSON file with its settings; a secret may stand in a file of its own, named by `<field>File`",
    )
    .action((make: string, { config }: { config: string }) => testGateway(cli, makeCalled(make), config));
}

async function testGateway(cli: Cli, connector: Connector, path: string): Promise<void> {
  const config = readConfig(connector, path, cli.terminal);
  const shown = withoutSecretsOf(connector, config);
  const dialer = createDialer({ allow: targetsOf(connector, config), clock: systemClock });
  const quiet = { debug() {}, info() {}, warn() {} };
  const context = { dialer, clock: systemClock, log: quiet, emit: () => {} };
  for await (const line of connector.test(config, context)) {
    cli.tell(shown(line), linesOf);
    if (line.status !== "failed") continue;
    if (line.step === "name" || line.step === "port") cli.unreachable();
    else cli.found();
  }
}

/** A connector shows no secret; this holds also for one that somebody is just writing. */
function withoutSecretsOf({ manifest }: Connector, config: Config): (line: ChecklistLine) => ChecklistLine {
  const secrets = manifest.secrets.map((field) => String(config[field] ?? "")).filter((secret) => secret.length > 3);
  const clean = (text: string): string => secrets.reduce((left, secret) => left.replaceAll(secret, "[secret]"), text);
  return (line) => ({
    ...line,
    detail: clean(line.detail),
    ...(line.next === undefined ? {} : { next: clean(line.next) }),
  });
}

/**
 * A line that only says what is being done now is no news: the next one says how it went. A gateway with several doors is
 * checked at each, and its lines say at which.
 */
function linesOf({ step, door, status, detail, next, certificate, milliseconds, found }: ChecklistLine): string[] {
  if (status === "running") return [];
  const at = door === undefined ? step : `${door}: ${step}`;
  const took = milliseconds === undefined ? "" : ` (${milliseconds} ms)`;
  return [
    `${MARKS[status].padEnd(7)} ${at.padEnd(12)} ${detail}${took}`,
    ...(certificate === undefined ? [] : [`${INDENT}${certificate.subject}`, `${INDENT}${certificate.fingerprint256}`]),
    ...(next === undefined ? [] : [`${INDENT}${next}`]),
    ...(found === undefined
      ? []
      : [`${INDENT}In all: ${found.rooms} rooms, ${found.devices} devices, ${found.entities} entities.`]),
  ];
}
