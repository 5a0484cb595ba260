import { runAgent } from "./run-agent.ts";

/** The agent as a process of its own. */
await runAgent(process.env);
