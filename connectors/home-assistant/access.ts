import { CaretakerError, Secret } from "@caretaker/protocol";
import { type Address, parseAddress } from "./address.ts";
import { HomeAssistantConfig } from "./manifest.ts";
import { words } from "./words.ts";

/** Where a Home Assistant is, and by what it lets us in. */
export interface Access {
  readonly address: Address;
  readonly token: Secret;
}

/** Throws `configuration_invalid` for what is no address, and `gateway_auth_failed` where nobody has a token for it. */
export function readAccess(config: unknown): Access {
  const { url, token } = HomeAssistantConfig.parse(config);
  const address = parseAddress(url);
  if (address === undefined)
    throw new CaretakerError("configuration_invalid", `${url} is not the address of a Home Assistant.`);
  if (token === undefined)
    throw new CaretakerError("gateway_auth_failed", words.noToken(address.base), { meta: { cause: "no_token" } });
  return { address, token: new Secret(token) };
}
