import { CaretakerError } from "@caretaker/protocol";
import { z } from "zod";

const SUPERVISOR = "http://supervisor/core";

/** What somebody typed into the app's configuration in Home Assistant; the Supervisor leaves out what is empty, or not. */
const AppOptions = z.object({
  hub_url: z.string().optional(),
  pairing_code: z.string().optional(),
  switch: z.string().optional(),
});

/** The app's options as the settings that the agent reads, behind Home Assistant's own door. */
export function settingsOfApp(
  optionsFile: string,
  folder: string,
  supervisorToken: string | undefined,
): Readonly<Record<string, string>> {
  let options: z.infer<typeof AppOptions>;
  try {
    options = AppOptions.parse(JSON.parse(optionsFile));
  } catch (error) {
    throw new CaretakerError(
      "configuration_invalid",
      "The app's options cannot be read. Save its configuration in Home Assistant once more.",
      { cause: error },
    );
  }
  return {
    CARETAKER_AGENT_DATA: folder,
    // Only Home Assistant's own network leads here.
    CARETAKER_AGENT_HOST: "0.0.0.0",
    CARETAKER_AGENT_INGRESS: "true",
    // The Supervisor's proxy, and the token that it gave to this app alone.
    ...(supervisorToken
      ? { CARETAKER_AGENT_HOME_ASSISTANT: SUPERVISOR, CARETAKER_AGENT_HOME_ASSISTANT_TOKEN: supervisorToken }
      : {}),
    ...(options.switch ? { CARETAKER_AGENT_SWITCH: options.switch } : {}),
    ...(options.hub_url ? { CARETAKER_AGENT_HUB: options.hub_url } : {}),
    ...(options.pairing_code ? { CARETAKER_AGENT_CODE: options.pairing_code } : {}),
  };
}
