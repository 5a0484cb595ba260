import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { hasRunEnded, type RunEvent, type RunInputs, type RunSummary, type SiteId } from "@caretaker/protocol";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { call, type Hub } from "../client.ts";
import { eventLine } from "../event-line.ts";
import { WrongUse } from "../exit.ts";

interface Options {
  readonly site: string;
  readonly gateway?: string;
  readonly reason: string;
  readonly input: readonly string[];
  readonly rehearse: boolean;
  readonly detach: boolean;
}

const LOOKS_EVERY_MILLISECONDS = 1000;
const GOOD: ReadonlySet<RunSummary["outcome"]> = new Set(["healthy", "fixed"]);

/** `runbook run NAME --site ID`: starts a run, or its rehearsal, and tells what happens until it has ended. */
export function addRunCommand(runbook: Command, cli: Cli): void {
  runbook
    .command("run")
    .description("Run a runbook at a site and follow it: exit code 1 when it ends neither healthy nor fixed")
    .argument("<name>", "such as home-assistant/health-check")
    .requiredOption("--site <id>", "the site")
    .option("--gateway <id>", "its gateway, where it has more than one")
    .option("--input <name=value>", "one of the runbook's inputs; an id for a thing of the home", gather, [])
    .requiredOption("--reason <text>", "why, in words the homeowner may read")
    .option("--rehearse", "make every check and say what each fix would do, without doing it", false)
    .option("--detach", "do not wait for the end", false)
    .action((name: string, options: Options) => run(cli, name, options));
}

function gather(word: string, words: readonly string[]): readonly string[] {
  return [...words, word];
}

async function run({ hub: hubOf, print, found }: Cli, name: string, options: Options): Promise<void> {
  const inputs = inputsOf(options.input);
  const hub = hubOf();
  const started = await call(
    hub,
    "run.start",
    {
      siteId: options.site as SiteId,
      ...(options.gateway === undefined ? {} : { gatewayId: options.gateway as RunSummary["gatewayId"] }),
      runbook: name as RunSummary["runbook"],
      inputs,
      reason: options.reason,
      rehearse: options.rehearse,
    },
    randomUUID(),
  );
  if (options.detach) return print(started, () => [`RUN-${started.number} has started: ${started.id}`]);
  const events: RunEvent[] = [];
  const ended = await follow(hub, started, (event) => {
    events.push(event);
    print(event, () => eventLine(event));
  });
  if (!GOOD.has(ended.outcome)) found();
}

function inputsOf(words: readonly string[]): RunInputs {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf("=");
      if (at < 1) throw new WrongUse(`--input ${word} has to be NAME=VALUE, such as --input service=0190….`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

/** Tells each event once, in order, until the run has ended. */
async function follow(hub: Hub, { id: runId }: RunSummary, tell: (event: RunEvent) => void): Promise<RunSummary> {
  for (let since = 0; ; ) {
    // The run is read first: what it did until then is in the events that are read after it.
    const run = await call(hub, "run.get", { runId });
    const { items } = await call(hub, "run.events", { runId, since });
    for (const event of items) tell(event);
    since = items.at(-1)?.number ?? since;
    if (hasRunEnded(run.status) && since >= run.lastEvent) return run;
    if (items.length === 0) await delay(LOOKS_EVERY_MILLISECONDS);
  }
}
