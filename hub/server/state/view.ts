import type { Device, EntityState, Gateway, Integration, Room, SiteRow } from "@caretaker/protocol";
import type { SiteRecord } from "./records.ts";
import { toDevice, toEntityState, toGateway, toIntegration, toRoom } from "./shapes.ts";
import type { StateStore } from "./store.ts";

/** All that the hub knows of one site, in the protocol's shapes. */
export interface SiteView {
  readonly row: SiteRow;
  readonly gateways: Gateway[];
  readonly rooms: Room[];
  readonly integrations: Integration[];
  readonly devices: Device[];
  readonly entities: EntityState[];
}

export function viewOf(store: StateStore, site: SiteRecord | undefined): SiteView | undefined {
  if (site === undefined) return undefined;
  const gateways = [...site.gateways.values()];
  return {
    row: store.row(site),
    gateways: gateways.map(toGateway),
    rooms: gateways.flatMap((gateway) => [...gateway.rooms.values()].map((room) => toRoom(room, gateway))),
    integrations: gateways.flatMap((gateway) => [...gateway.integrations.values()].map(toIntegration)),
    devices: gateways.flatMap((gateway) => [...gateway.devices.values()].map(toDevice)),
    entities: gateways.flatMap((gateway) =>
      [...gateway.byKey.values()].filter((entity) => !entity.isDisabled).map(toEntityState),
    ),
  };
}
