import { CaretakerError } from "@caretaker/protocol";
import { z } from "zod";

const Port = z.coerce.number().int().min(0).max(65_535);

/** What an agent is told at its start; everything else is chosen on its page. */
const Settings = z.object({
  /** The folder of its key and of what the household decided. */
  data: z.string().min(1).default("./agent-data"),
  host: z.string().min(1).default("127.0.0.1"),
  port: Port.default(8099),
  /** The names that the page may be opened by, besides addresses and names of this network. */
  names: z
    .string()
    .default("")
    .transform((text) => text.split(/[\s,]+/).filter((name) => name !== "")),
  hub: z.string().optional(),
  code: z.string().optional(),
  /** Behind Home Assistant's own door: only that may knock. */
  ingress: z.stringbool().default(false),
});
export type AgentSettings = z.infer<typeof Settings>;

const VARIABLES: Readonly<Record<keyof AgentSettings, string>> = {
  data: "CARETAKER_AGENT_DATA",
  host: "CARETAKER_AGENT_HOST",
  port: "CARETAKER_AGENT_PORT",
  names: "CARETAKER_AGENT_NAMES",
  hub: "CARETAKER_AGENT_HUB",
  code: "CARETAKER_AGENT_CODE",
  ingress: "CARETAKER_AGENT_INGRESS",
};

/** Flags stand above variables. Throws `configuration_invalid`, which names each mistake. */
export function readSettings(
  flags: Readonly<Record<string, string | undefined>>,
  env: Readonly<Record<string, string | undefined>>,
): AgentSettings {
  const given = Object.entries(VARIABLES).flatMap(([key, variable]) => {
    const value = flags[key] ?? env[variable];
    return value === undefined || value === "" ? [] : [[key, value] as const];
  });
  const read = Settings.safeParse(Object.fromEntries(given));
  if (read.success) return read.data;
  const mistakes = read.error.issues.map(({ path, message }) => {
    const key = String(path[0]);
    return `  --${key} (${VARIABLES[key as keyof AgentSettings]}): ${message}`;
  });
  throw new CaretakerError("configuration_invalid", `The agent's settings have mistakes:\n${mistakes.join("\n")}`);
}
