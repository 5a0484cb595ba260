import { CaretakerError, defineConnector } from "@caretaker/protocol";
import { parseAddress, targetOf } from "./address.ts";
import { checkGateway } from "./checklist.ts";
import { CresNextConfig, manifest } from "./manifest.ts";
import { openSession } from "./session.ts";

const Whereabouts = CresNextConfig.pick({ url: true, pinnedCertificate: true }).loose();

export const cresnext = defineConnector({
  manifest,
  target(config) {
    const { url, pinnedCertificate } = Whereabouts.parse(config);
    const address = parseAddress(url);
    if (address === undefined)
      throw new CaretakerError("configuration_invalid", `${url} is not the address of a panel.`);
    return targetOf(address, pinnedCertificate);
  },
  connect: openSession,
  test: checkGateway,
});
