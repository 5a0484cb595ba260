import { CaretakerError, defineConnector } from "@caretaker/protocol";
import { parseAddress, targetOf } from "./address.ts";
import { checkGateway } from "./checklist.ts";
import { manifest, ToyConfig } from "./manifest.ts";
import { openSession } from "./session.ts";

const Whereabouts = ToyConfig.pick({ address: true }).loose();

export const toy = defineConnector({
  manifest,
  target(config) {
    const typed = Whereabouts.parse(config).address;
    const address = parseAddress(typed);
    if (address === undefined)
      throw new CaretakerError("configuration_invalid", `${typed} is not an address. Enter one such as 192.168.1.60.`);
    return targetOf(address);
  },
  connect: openSession,
  test: checkGateway,
});
