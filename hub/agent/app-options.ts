import { CaretakerError } from "@caretaker/protocol";
import { z } from "zod";

/** What somebody typed into the app's configuration in Home Assistant; the Supervisor leaves out what is empty, or not. */
const AppOptions = z.object({
  hub_url: z.string().optional(),
  pairing_code: z.string().optional(),
});

/** The app's options as the settings that the agent reads, behind Home Assistant's own door. */
export function settingsOfApp(optionsFile: string, folder: string): Readonly<Record<string, string>> {
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
    ...(options.hub_url ? { CARETAKER_AGENT_HUB: options.hub_url } : {}),
    ...(options.pairing_code ? { CARETAKER_AGENT_CODE: options.pairing_code } : {}),
  };
}
