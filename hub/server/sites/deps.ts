import type { Device, EntityState, Gateway, Integration, Room, SiteRow } from "@caretaker/protocol";
import type { Announcements } from "../announcements.ts";
import type { Database, Trx } from "../db/database.ts";

/** What the live side of the hub knows of sites; the database knows the rest. */
export interface LiveState {
  /** The site's row of the fleet, or undefined before it has been looked at. */
  row(siteId: string): SiteRow | undefined;
  entities(siteId: string): EntityState[];
  things(siteId: string): { rooms: Room[]; integrations: Integration[]; devices: Device[] };
  gateways(siteId: string): Gateway[];
}

export interface SitesDeps {
  readonly db: Database;
  readonly announcements: Announcements;
  readonly live: LiveState;
  /** Destroys what is sealed for a gateway, in the caller's transaction. */
  readonly destroySecrets: (trx: Trx, owner: string) => Promise<void>;
}
