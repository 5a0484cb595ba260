import type { Device, EntityState, Gateway, InputKind, Integration, Room } from "@caretaker/protocol";
import { words } from "../../words/en.ts";

/** What a home has, as far as a run can be about it. */
export interface ThingsOfHome {
  readonly gateways: readonly Gateway[];
  readonly integrations: readonly Integration[];
  readonly devices: readonly Device[];
  readonly entities: readonly EntityState[];
  readonly rooms: readonly Room[];
}

export interface ThingChoice {
  readonly value: string;
  readonly label: string;
}

/**
 * What of that kind a runbook of these makes can be about; null for what is typed. A thing of another make would only
 * fail later, and two gateways may each have a living room: where several can be meant, each says whose it is. What is
 * ill stands first.
 */
export function thingsFor(kind: InputKind, home: ThingsOfHome, makes: readonly string[]): ThingChoice[] | null {
  const fitting = home.gateways.filter(({ connector }) => makes.includes(connector));
  const isFitting = ({ gatewayId }: { gatewayId: string }): boolean => fitting.some(({ id }) => id === gatewayId);
  const owner = (gatewayId: string): string =>
    fitting.length > 1 ? ` · ${fitting.find(({ id }) => id === gatewayId)?.name ?? ""}` : "";
  switch (kind) {
    case "integration":
      return home.integrations
        .filter(isFitting)
        .toSorted((a, b) => b.unavailable - a.unavailable || a.name.localeCompare(b.name))
        .map(({ id, gatewayId, name, unavailable }) => {
          const silent = unavailable > 0 ? ` (${words.runNew.silent(unavailable)})` : "";
          return { value: id, label: `${name}${silent}${owner(gatewayId)}` };
        });
    case "device":
      return home.devices
        .filter((device) => !device.gone && isFitting(device))
        .map(({ id, gatewayId, name, roomId }) => {
          const room = home.rooms.find((each) => each.id === roomId)?.name;
          return { value: id, label: `${name}${room === undefined ? "" : `, ${room}`}${owner(gatewayId)}` };
        })
        .sort(byLabel);
    case "entity":
      return home.entities.filter(isFitting).map(({ id, gatewayId, name, label }) => {
        return { value: id, label: `${name} (${label})${owner(gatewayId)}` };
      });
    case "room":
      return home.rooms
        .filter(isFitting)
        .map(({ id, gatewayId, name }) => ({ value: id, label: `${name}${owner(gatewayId)}` }))
        .sort(byLabel);
    case "gateway":
      return home.gateways.map(({ id, name }) => ({ value: id, label: name }));
    default:
      return null;
  }
}

function byLabel(a: ThingChoice, b: ThingChoice): number {
  return a.label.localeCompare(b.label);
}
