import { CaretakerError, defineConnector } from "@caretaker/protocol";
import { parseAccountService, parseController, targetOf } from "./address.ts";
import { checkGateway } from "./checklist.ts";
import { Control4Config, manifest } from "./manifest.ts";
import { openSession } from "./session.ts";

/** Made once: a hub that starts asks every home of a fleet where it is. */
const Whereabouts = Control4Config.pick({ address: true, accountService: true, pinnedCertificate: true }).loose();

export const control4 = defineConnector({
  manifest,
  target(config) {
    const { address: typed, pinnedCertificate } = Whereabouts.parse(config);
    const address = parseController(typed);
    if (address === undefined)
      throw new CaretakerError("configuration_invalid", `${typed} is not the address of a controller.`);
    return targetOf(address, pinnedCertificate);
  },
  elsewhere(config) {
    const address = parseAccountService(Whereabouts.parse(config).accountService);
    return address === undefined ? [] : [targetOf(address)];
  },
  connect: openSession,
  test: checkGateway,
});
