import { CaretakerError, type GatewayTarget, Secret } from "@caretaker/protocol";
import { type Address, type HomeAddress, parseAddress, parseHomeAddress, targetOf } from "./address.ts";
import { CrestronConfig, Whereabouts } from "./manifest.ts";
import { words } from "./words.ts";

/** The two ways in: the text console over SSH, and Crestron Home's REST interface. Each may be there or not. */
export type DoorName = "console" | "home";

/** As people are told of them. */
export const DOORS: Readonly<Record<DoorName, string>> = { console: "Console", home: "Crestron Home" };

export interface ConsoleDoor {
  readonly address: Address;
  readonly username: string;
  readonly password: Secret;
  readonly pinnedHostKey: string | undefined;
  readonly allowsOld: boolean;
}

export interface HomeDoor {
  readonly address: HomeAddress;
  readonly token: Secret;
  readonly pinnedCertificate: string | undefined;
  readonly acceptsAnyCertificate: boolean;
}

export interface Doors {
  readonly console: ConsoleDoor | undefined;
  readonly home: HomeDoor | undefined;
}

/** The doors that a configuration names. Rejects one that names none, or half of one. */
export function doorsOf(config: unknown): Doors {
  const { address, username, password, allowOldAlgorithms, pinnedHostKey, ...more } = CrestronConfig.parse(config);
  return {
    console:
      address === undefined || username === undefined || password === undefined
        ? undefined
        : {
            address: known(parseAddress(address), address),
            username,
            password: new Secret(password),
            pinnedHostKey,
            allowsOld: allowOldAlgorithms,
          },
    home:
      more.homeAddress === undefined || more.homeToken === undefined
        ? undefined
        : {
            address: known(parseHomeAddress(more.homeAddress), more.homeAddress),
            token: new Secret(more.homeToken),
            pinnedCertificate: more.pinnedCertificate,
            acceptsAnyCertificate: more.acceptAnyCertificate,
          },
  };
}

/** Where the doors are, the console first; read from what is stored in the open, so secrets may be missing. */
export function targetsOfDoors(config: unknown): GatewayTarget[] {
  const typed = Whereabouts.parse(config);
  const console = typed.address === undefined ? undefined : known(parseAddress(typed.address), typed.address);
  const home =
    typed.homeAddress === undefined ? undefined : known(parseHomeAddress(typed.homeAddress), typed.homeAddress);
  const { pinnedCertificate, acceptAnyCertificate } = typed;
  return [
    ...(console === undefined ? [] : [targetOf(console)]),
    ...(home === undefined
      ? []
      : [
          {
            ...home.target,
            ...(pinnedCertificate === undefined ? {} : { pinnedCertificate }),
            ...(acceptAnyCertificate === true ? { acceptsAnyCertificate: true } : {}),
          },
        ]),
  ];
}

function known<T>(parsed: T | undefined, typed: string): T {
  if (parsed === undefined) throw new CaretakerError("configuration_invalid", words.noAddress(typed));
  return parsed;
}
