import type { Device, EntityKind, EntityState } from "@caretaker/protocol";
import {
  mdiAlarmLightOutline,
  mdiBlindsHorizontal,
  mdiCastVariant,
  mdiCctv,
  mdiCogOutline,
  mdiDotsHexagon,
  mdiEye,
  mdiFan,
  mdiHubOutline,
  mdiLanConnect,
  mdiLightbulbOutline,
  mdiLockOutline,
  mdiMotionSensor,
  mdiPowerSocketEu,
  mdiRobotVacuum,
  mdiTabletDashboard,
  mdiThermostat,
  mdiValve,
  mdiViewDashboardVariantOutline,
} from "@mdi/js";

const BY_DEVICE: Partial<Record<Device["kind"], string>> = {
  bridge: mdiHubOutline,
  controller: mdiViewDashboardVariantOutline,
  panel: mdiTabletDashboard,
  network: mdiLanConnect,
  service: mdiCogOutline,
  media: mdiCastVariant,
  light: mdiLightbulbOutline,
};

const BY_ENTITY: Partial<Record<EntityKind, string>> = {
  light: mdiLightbulbOutline,
  switch: mdiPowerSocketEu,
  cover: mdiBlindsHorizontal,
  climate: mdiThermostat,
  media: mdiCastVariant,
  binary_sensor: mdiMotionSensor,
  sensor: mdiEye,
  lock: mdiLockOutline,
  alarm: mdiAlarmLightOutline,
  camera: mdiCctv,
  fan: mdiFan,
  vacuum: mdiRobotVacuum,
  valve: mdiValve,
};

/** What a device looks like: a bridge is a bridge, and what does one thing is shown as that thing. */
export function deviceIcon(device: Device, entities: readonly EntityState[]): string {
  const main = entities.find((entity) => !entity.diagnostic && BY_ENTITY[entity.kind] !== undefined);
  return BY_DEVICE[device.kind] ?? (main && BY_ENTITY[main.kind]) ?? mdiDotsHexagon;
}

/** Buttons, updates and settings say nothing of how a device is. */
const SILENT_KINDS: ReadonlySet<EntityKind> = new Set([
  "button",
  "update",
  "event",
  "number",
  "select",
  "text",
  "scene",
  "automation",
]);

/** The one or two entities that tell how a device is now. */
export function tellingStates(entities: readonly EntityState[]): readonly EntityState[] {
  return entities
    .filter((entity) => !entity.diagnostic && !SILENT_KINDS.has(entity.kind) && entity.availability !== "offline")
    .slice(0, 2);
}
