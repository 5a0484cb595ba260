import { CaretakerError, defineConnector } from "@caretaker/protocol";
import { parseAccountService, parseController, targetOf } from "./address.ts";
import { checkGateway } from "./checklist.ts";
import { manifest, Whereabouts } from "./manifest.ts";
import { openSession } from "./session.ts";

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
    const { accountService, pinnedAccountCertificate } = Whereabouts.parse(config);
    const address = parseAccountService(accountService);
    return address === undefined ? [] : [targetOf(address, pinnedAccountCertificate)];
  },
  connect: openSession,
  test: checkGateway,
});
