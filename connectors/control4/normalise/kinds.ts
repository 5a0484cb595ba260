import type { DeviceKind, EntityKind } from "@caretaker/protocol";

export interface Traits {
  readonly kind: EntityKind;
  readonly deviceKind: DeviceKind;
  readonly deviceClass?: string;
  /** Locks, alarms, cameras, and relays, behind which a gate or a garage may be: only whether they answer. */
  readonly isPrivate: boolean;
  /** What the make uses in its own words. */
  readonly proxy: string;
}

const MEDIA = [
  "tv",
  "receiver",
  "dvd",
  "cable",
  "satellite",
  "media_service",
  "media_player",
  "tuner",
  "amplifier",
  "avswitch",
  "aswitch",
];

type Known = Omit<Traits, "proxy">;
const open = (kind: EntityKind, deviceKind: DeviceKind, deviceClass?: string): Known => ({
  kind,
  deviceKind,
  isPrivate: false,
  ...(deviceClass === undefined ? {} : { deviceClass }),
});

const PROXIES: Readonly<Record<string, Known>> = {
  light: open("light", "light"),
  light_v2: open("light", "light"),
  thermostat: open("climate", "appliance"),
  thermostatV2: open("climate", "appliance"),
  blind: open("cover", "appliance"),
  fan: open("fan", "appliance"),
  lock: { ...open("lock", "appliance"), isPrivate: true },
  camera: { ...open("camera", "sensor"), isPrivate: true },
  security: { ...open("alarm", "controller"), isPrivate: true },
  uibutton: open("button", "other"),
  contactsingle_windowcontactsensor_c4: open("binary_sensor", "sensor", "opening"),
  contactsingle_motionsensor_c4: open("binary_sensor", "sensor", "motion"),
  ...Object.fromEntries(MEDIA.map((proxy) => [proxy, open("media", "media")])),
};

/** A proxy that nobody has seen is `other`, and shows no more than whether it answers. */
export function traitsOf(proxy: string): Traits {
  const known = Object.hasOwn(PROXIES, proxy) ? PROXIES[proxy] : undefined;
  if (known !== undefined) return { ...known, proxy };
  if (proxy.startsWith("relay")) return { ...open("switch", "appliance"), isPrivate: true, proxy };
  if (proxy.startsWith("contact")) return { ...open("binary_sensor", "sensor"), isPrivate: true, proxy };
  return { ...open("other", "other"), proxy };
}
