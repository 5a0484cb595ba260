import { chownSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { settingsOfApp } from "./app-options.ts";
import { runAgent } from "./run-agent.ts";

/**
 * The first process of the Home Assistant app. The Supervisor starts it as root and gives it a folder of root's; it reads its
 * options, hands the folder over, becomes an ordinary user for good, and is the agent from then on.
 */

const FOLDER = "/data";
const OPTIONS = join(FOLDER, "options.json");
const USER = 1000;

const settings = settingsOfApp(readFileSync(OPTIONS, "utf8"), FOLDER, process.env.SUPERVISOR_TOKEN);
chownSync(FOLDER, USER, USER);
for (const name of readdirSync(FOLDER)) if (join(FOLDER, name) !== OPTIONS) chownSync(join(FOLDER, name), USER, USER);
// The groups first: an ordinary user could not give them up any more.
process.setgroups?.([]);
process.setgid?.(USER);
process.setuid?.(USER);
await runAgent(settings);
