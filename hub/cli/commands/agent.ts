import type { AddCommands } from "../cli.ts";

/** What the agent may be told at its start; hub/agent/settings.ts says what each means when it is none of its kind. */
const OPTIONS = [
  ["data", "FOLDER", "the folder of its key and of what the household decided (./agent-data)"],
  ["host", "ADDRESS", "where its page listens (127.0.0.1)"],
  ["port", "PORT", "at which port (8099)"],
  ["names", "NAMES", "more names that its page may be opened by, with commas between"],
  ["hub", "ADDRESS", "pair with this hub: its address, or the whole link of the picture"],
  ["code", "CODE", "the one-time code, where the link does not hold it"],
  [
    "home-assistant",
    "ADDRESS",
    "the Home Assistant of this home; its token is in CARETAKER_AGENT_HOME_ASSISTANT_TOKEN",
  ],
  ["switch", "NAME", "the switch there that stops everything, or none (input_boolean.caretaker_service_access)"],
] as const;

export const addAgentCommands: AddCommands = (program, { terminal }) => {
  const agent = program
    .command("agent")
    .description("Run the agent of a home, inside the home; its page says the rest (docs/agent.md)");
  for (const [name, value, help] of OPTIONS)
    agent.option(`--${name} <${value}>`, `${help}; CARETAKER_AGENT_${name.toUpperCase().replace("-", "_")}`);
  agent.action(async (flags: Readonly<Record<string, string | undefined>>) => {
    // Only now: the other commands need none of it.
    const { runAgent } = await import("@caretaker/agent/run-agent.ts");
    await runAgent(terminal.env, flags);
    // It ends the process itself, on a signal.
    await new Promise(() => {});
  });
};
