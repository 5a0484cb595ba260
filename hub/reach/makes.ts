import { control4 } from "@caretaker/connector-control4";
import { cresnext } from "@caretaker/connector-cresnext";
import { crestron } from "@caretaker/connector-crestron";
import { homeAssistant } from "@caretaker/connector-home-assistant";
import type { Connector } from "@caretaker/protocol";

/** Every make this hub can connect to. A structure test compares the list with the folders. */
export const connectors: readonly Connector[] = [homeAssistant, control4, crestron, cresnext];
