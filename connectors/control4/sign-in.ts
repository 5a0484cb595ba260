import { CaretakerError, type ConnectorContext, Secret } from "@caretaker/protocol";
import { type Address, parseAccountService, parseController } from "./address.ts";
import { AccountClient, type DirectorToken, type Login } from "./client/account.ts";
import { Control4Config } from "./manifest.ts";
import type { ControllerRow } from "./schema.ts";
import { words } from "./words.ts";

/** What a configuration says, read once. */
export interface Plan {
  readonly address: Address;
  readonly account: AccountClient;
  readonly accountService: Address;
  readonly login: Login;
  readonly wanted: string | undefined;
  readonly pinnedCertificate: string | undefined;
  readonly pinnedAccountCertificate: string | undefined;
}

export function planOf(config: unknown, { dialer, clock }: ConnectorContext): Plan {
  const parsed = Control4Config.parse(config);
  const address = parseController(parsed.address);
  const service = parseAccountService(parsed.accountService);
  if (address === undefined || service === undefined)
    throw new CaretakerError("configuration_invalid", `${parsed.address} is not the address of a controller.`);
  return {
    address,
    account: new AccountClient({ dialer, clock, base: service.base }),
    accountService: service,
    login: {
      userName: parsed.userName,
      password: new Secret(parsed.password),
      applicationKey: new Secret(parsed.applicationKey),
    },
    wanted: parsed.controller,
    pinnedCertificate: parsed.pinnedCertificate,
    pinnedAccountCertificate: parsed.pinnedAccountCertificate,
  };
}

/** The controller that is meant: the one there is, or the one that was named. */
export function chooseController({ wanted, accountService }: Plan, found: readonly ControllerRow[]): ControllerRow {
  const [only] = found;
  if (only === undefined)
    throw new CaretakerError("gateway_unsupported", words.noController(accountService.base), {
      meta: { cause: "no_controller" },
    });
  const names = found.map(({ controllerCommonName }) => controllerCommonName);
  if (wanted === undefined) {
    if (found.length === 1) return only;
    throw new CaretakerError("configuration_invalid", words.severalControllers(names), { meta: { cause: "several" } });
  }
  const chosen = found.find(({ controllerCommonName, name }) => [controllerCommonName, name].includes(wanted));
  if (chosen !== undefined) return chosen;
  throw new CaretakerError("configuration_invalid", words.noSuchController(wanted, names), {
    meta: { cause: "no_such" },
  });
}

/** `control4_core3_000FFF123456` is a Core 3; the rest of it is an address that nobody needs to see. */
export function modelOf({ controllerCommonName }: ControllerRow): string {
  return controllerCommonName.split("_")[1] ?? "controller";
}

/** A token for the controller, from the very beginning: how long the account's own lasts is written nowhere. */
export async function fetchToken({ account, login }: Plan, commonName: string): Promise<DirectorToken> {
  return account.directorToken(await account.logIn(login), commonName);
}
