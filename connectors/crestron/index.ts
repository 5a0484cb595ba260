import { CaretakerError, defineConnector } from "@caretaker/protocol";
import { parseAddress, targetOf } from "./address.ts";
import { checkGateway } from "./checklist.ts";
import { CrestronConfig, manifest } from "./manifest.ts";
import { openSession } from "./session.ts";

const Whereabouts = CrestronConfig.pick({ address: true }).loose();

export const crestron = defineConnector({
  manifest,
  target(config) {
    const typed = Whereabouts.parse(config).address;
    const address = parseAddress(typed);
    if (address === undefined)
      throw new CaretakerError("configuration_invalid", `${typed} is not the address of a processor.`);
    return targetOf(address);
  },
  connect: openSession,
  test: checkGateway,
});
