import { CaretakerError, defineConnector } from "@caretaker/protocol";
import { parseAddress, targetOf } from "./address.ts";
import { checkGateway } from "./checklist.ts";
import { manifest, Whereabouts } from "./manifest.ts";
import { openSession } from "./session.ts";

export const homeAssistant = defineConnector({
  manifest,
  target(config) {
    const { url, pinnedCertificate } = Whereabouts.parse(config);
    const address = parseAddress(url);
    if (address === undefined)
      throw new CaretakerError("configuration_invalid", `${url} is not the address of a Home Assistant.`);
    return targetOf(address, pinnedCertificate);
  },
  connect: openSession,
  test: checkGateway,
});
