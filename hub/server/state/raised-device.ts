import { foldName } from "@caretaker/protocol";

/** A device that somebody raised, and how it is found again. */
export interface RaisedDevice {
  readonly id: string;
  readonly gatewayId: string;
  readonly foldedName: string;
  readonly isGone: boolean;
}

export interface DeviceNamed {
  readonly deviceId: string | null;
  readonly deviceName: string | null;
  readonly gatewayId: string;
  /** Whether its gateway has that device, where this is known better than when the raise was read. */
  readonly isThere?: (deviceId: string) => boolean;
}

interface RaisedRow {
  readonly deviceId: string | null;
  readonly deviceName: string | null;
  readonly gatewayId: string | null;
  readonly goneAt: string | Date | null;
}

/** Null of a raise of the whole home. */
export function raisedDevice({ deviceId, deviceName, gatewayId, goneAt }: RaisedRow): RaisedDevice | null {
  if (deviceId === null || gatewayId === null) return null;
  return { id: deviceId, gatewayId, foldedName: foldName(deviceName ?? ""), isGone: goneAt !== null };
}

/**
 * Whether this is the device that was raised. Where a gateway takes the place of another, or begins anew with other keys,
 * its devices are rows of their own: then it is the one of the same name, however that is written. While the raised one
 * is there, another of that name in the same gateway is not meant: makes call many devices alike.
 */
export function isRaised(raised: RaisedDevice, { deviceId, deviceName, gatewayId, isThere }: DeviceNamed): boolean {
  if (deviceId === null) return false;
  if (deviceId === raised.id) return true;
  const isReplaced = gatewayId !== raised.gatewayId || raised.isGone || isThere?.(raised.id) === false;
  return isReplaced && deviceName !== null && foldName(deviceName) === raised.foldedName;
}
