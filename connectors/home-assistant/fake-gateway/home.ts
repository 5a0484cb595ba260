/** A home as it is described: what a fake Home Assistant begins with. Plain data, so that many homes can share it. */
export interface Home {
  readonly name: string;
  readonly timeZone: string;
  readonly country: string;
  readonly floors: readonly HomeFloor[];
  readonly areas: readonly HomeArea[];
  readonly entries: readonly HomeEntry[];
  readonly devices: readonly HomeDevice[];
  readonly entities: readonly HomeEntity[];
  readonly repairs: readonly HomeRepair[];
  readonly log: readonly HomeLogEntry[];
  readonly backup: HomeBackup;
}

export interface HomeFloor {
  readonly id: string;
  readonly name: string;
  readonly level: number;
}

export interface HomeArea {
  readonly id: string;
  readonly name: string;
  readonly floor?: string;
}

/** An integration that was set up: Home Assistant's config entry. With `bridge` it can be broken. */
export interface HomeEntry {
  readonly id: string;
  readonly domain: string;
  readonly title: string;
  readonly disabled?: boolean;
  readonly bridge?: BridgeStart;
}

export interface BridgeStart extends BridgeExtra {
  readonly mode?: BridgeMode;
  /** The switch that feeds it: off and on again brings a dead bridge back. */
  readonly plug?: string;
}

export interface HomeDevice {
  readonly id: string;
  readonly entry: string;
  readonly name: string;
  readonly area?: string;
  readonly make?: string;
  readonly model?: string;
  readonly firmware?: string;
  readonly configurationUrl?: string;
  readonly upstream?: string;
  readonly service?: boolean;
  readonly identifier: string;
  readonly mac?: string;
}

export interface HomeEntity {
  /** Such as `light.hall`. */
  readonly id: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The name behind the device's; absent: the entity is what the device is for. */
  readonly name?: string;
  readonly device?: string;
  readonly entry?: string;
  readonly area?: string;
  readonly platform: string;
  readonly category?: "config" | "diagnostic";
  readonly disabled?: boolean;
  /** Known or working even while its bridge does not answer. */
  readonly isOwn?: boolean;
}

export interface HomeRepair {
  readonly domain: string;
  readonly id: string;
  readonly severity: "critical" | "error" | "warning";
  readonly fixable: boolean;
  readonly placeholders?: Readonly<Record<string, string>>;
}

export interface HomeLogEntry {
  readonly name: string;
  readonly level: "WARNING" | "ERROR" | "CRITICAL";
  readonly message: string;
  readonly count: number;
  readonly minutesAgo: number;
}

export interface HomeBackup {
  /** Null: never. */
  readonly completedHoursAgo: number | null;
  readonly isFailed: boolean;
}

/**
 * What a bridge suffers from.
 *
 * | mode         | what one sees                                           | what mends it                          |
 * |--------------|---------------------------------------------------------|----------------------------------------|
 * | `ok`         | all is well                                             |                                        |
 * | `wedged`     | entities unavailable, entry still loaded                | a reload of the entry                  |
 * | `relapsing`  | as wedged, and three seconds after a reload once more   | `setBridge`                            |
 * | `dead`       | as wedged, and a reload ends in setup_retry             | its plug off and on, then a reload     |
 * | `not_ready`  | a reload ends in setup_retry                            | `setBridge` (the network came back)    |
 * | `auth`       | a reload ends in setup_error and asks to sign in        | somebody who knows the password        |
 * | `broken`     | a reload ends in setup_error                            | `setBridge`                            |
 * | `bad_update` | works, but installing its firmware fails                | `setBridge`                            |
 */
export type BridgeMode = "ok" | "wedged" | "relapsing" | "dead" | "not_ready" | "auth" | "broken" | "bad_update";

export interface BridgeExtra {
  /** How long it takes from power to the first answer. Default 0. */
  readonly bootSeconds?: number;
  /** How long after a reload a relapsing bridge falls silent again. Default 3. */
  readonly relapseAfterSeconds?: number;
}
