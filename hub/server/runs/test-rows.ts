import type { DeviceId, EntityId, GatewayId, IntegrationId, SiteId, StandingScope } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import { newId } from "../db/new-id.ts";

/** Things of a home with a bridge on a switch, as rows. */
export interface TestHome {
  readonly siteId: SiteId;
  readonly gatewayId: GatewayId;
  readonly integration: IntegrationId;
  readonly bridge: DeviceId;
  readonly plug: EntityId;
  readonly lamp: EntityId;
}

const FAR_OFF = new Date("2099-01-01T00:00:00.000Z");
const LONG_AGO = new Date("2026-01-01T00:00:00.000Z");

/** A home with a bridge on a switch, its integration, a lamp, and an owner whose address is verified. */
export async function buildHome(
  db: Database,
  { standing = ["reach", "view", "diagnose"] as readonly StandingScope[], contacts = true } = {},
): Promise<TestHome> {
  const home: TestHome = {
    siteId: newId(),
    gatewayId: newId(),
    integration: newId(),
    bridge: newId(),
    plug: newId(),
    lamp: newId(),
  };
  const { siteId, gatewayId } = home;
  const clientId = newId<string>();
  await db
    .insertInto("firm")
    .values({
      name: "Bright Homes",
      phone: null,
      timeZone: "Europe/Amsterdam",
      country: "NL",
      language: "en",
      isDemo: false,
      createdAt: LONG_AGO,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db.insertInto("client").values({ id: clientId, name: "Lee", createdAt: LONG_AGO }).execute();
  await db
    .insertInto("site")
    .values({
      id: siteId,
      clientId,
      name: "Canal house",
      timeZone: "Europe/Amsterdam",
      language: "en",
      createdAt: LONG_AGO,
    })
    .execute();
  await db
    .insertInto("gateway")
    .values({
      id: gatewayId,
      siteId,
      connector: "home-assistant",
      name: "Home Assistant",
      config: "{}",
      address: "http://192.168.1.20:8123",
      reason: JSON.stringify({ code: "new" }),
      since: LONG_AGO,
      createdAt: LONG_AGO,
    })
    .execute();
  await insertThings(db, home);
  for (const scope of standing) {
    await db
      .insertInto("standingConsent")
      .values({ siteId, scope, givenAt: LONG_AGO, givenBy: "Mrs Lee", evidence: "contract", reviewAt: FAR_OFF })
      .execute();
  }
  if (contacts) {
    await db
      .insertInto("contact")
      .values({
        id: newId<string>(),
        siteId,
        name: "Anna Lee",
        role: "owner",
        language: "en",
        email: "anna@lee.example",
        verifiedAt: LONG_AGO,
        createdAt: LONG_AGO,
      })
      .execute();
  }
  return home;
}

async function insertThings(db: Database, { gatewayId, integration, bridge, plug, lamp }: TestHome): Promise<void> {
  await db
    .insertInto("integration")
    .values({ id: integration, gatewayId, key: "hue", name: "Hue", domain: "hue" })
    .execute();
  await db
    .insertInto("device")
    .values({ id: bridge, gatewayId, key: "bridge", name: "Light bridge", kind: "bridge", poweredBy: plug })
    .execute();
  await db
    .insertInto("entity")
    .values([
      { id: plug, gatewayId, key: "plug", label: "switch.plug", name: "Plug", kind: "switch" },
      { id: lamp, gatewayId, key: "lamp", label: "light.lamp", name: "Lamp", kind: "light", deviceId: bridge },
    ])
    .execute();
}
