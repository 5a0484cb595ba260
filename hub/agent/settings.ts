import { CaretakerError } from "@caretaker/protocol";
import { z } from "zod";
import type { OwnHomeAssistant } from "./home-assistant.ts";

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
  /** The Home Assistant of this home, for the switch that stops everything; its token is in a variable only. */
  homeAssistant: z.url({ protocol: /^https?$/ }).optional(),
  homeAssistantToken: z.string().min(20).optional(),
  /** The switch in Home Assistant that stops everything, or `none`. */
  switch: z
    .string()
    .regex(/^(input_boolean\.[a-z0-9_]+|none)$/, "is no input_boolean, such as input_boolean.caretaker_service_access")
    .default("input_boolean.caretaker_service_access")
    .transform((name) => (name === "none" ? null : name)),
});
type Given = z.infer<typeof Settings>;
export type AgentSettings = Omit<Given, "homeAssistant" | "homeAssistantToken"> & {
  readonly ownHomeAssistant: OwnHomeAssistant | null;
};

const VARIABLES: Readonly<Record<keyof Given, string>> = {
  data: "CARETAKER_AGENT_DATA",
  host: "CARETAKER_AGENT_HOST",
  port: "CARETAKER_AGENT_PORT",
  names: "CARETAKER_AGENT_NAMES",
  hub: "CARETAKER_AGENT_HUB",
  code: "CARETAKER_AGENT_CODE",
  ingress: "CARETAKER_AGENT_INGRESS",
  homeAssistant: "CARETAKER_AGENT_HOME_ASSISTANT",
  homeAssistantToken: "CARETAKER_AGENT_HOME_ASSISTANT_TOKEN",
  switch: "CARETAKER_AGENT_SWITCH",
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
  if (read.success) {
    const { homeAssistant: url, homeAssistantToken: token, ...settings } = read.data;
    if ((url === undefined) === (token === undefined))
      return { ...settings, ownHomeAssistant: url === undefined || token === undefined ? null : { url, token } };
    throw mistaken([
      "  --home-assistant and CARETAKER_AGENT_HOME_ASSISTANT_TOKEN go together: one of them is missing.",
    ]);
  }
  const mistakes = read.error.issues.map(({ path, message }) => {
    const key = String(path[0]);
    const flag = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return `  --${flag} (${VARIABLES[key as keyof Given]}): ${message}`;
  });
  throw mistaken(mistakes);
}

function mistaken(mistakes: readonly string[]): CaretakerError {
  return new CaretakerError("configuration_invalid", `The agent's settings have mistakes:\n${mistakes.join("\n")}`);
}
