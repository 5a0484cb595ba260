import {
  demoHomes,
  type FakeHomeAssistant,
  startFakeHomeAssistant,
} from "@caretaker/connector-home-assistant/fake-gateway";
import type { Actor, GatewayId, SiteId } from "@caretaker/protocol";
import type { Announcements } from "../announcements.ts";
import type { Database } from "../db/database.ts";
import { now } from "../db/database.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { startControl4Demo } from "./control4-demo.ts";

export interface DemoDeps {
  readonly db: Database;
  readonly announcements: Announcements;
  readonly handlers: Pick<Handlers, "client.create" | "site.create" | "gateway.add" | "device.update">;
}

export interface Demo {
  close(): Promise<void>;
}

/** One simulated home as the hub remembers it. Its token opens nothing but a simulation, so it is no secret. */
interface Remembered {
  readonly name: string;
  readonly siteId: SiteId;
  readonly gatewayId: GatewayId;
  readonly port: number;
  readonly token: string;
}

type Home = ReturnType<typeof demoHomes>[number];
const MEMORY = "demo";

/**
 * Starts the simulated homes. The first time it also makes the sites, through the same operations that people use, so
 * that nothing of a demo is special but the gateways. Call it before the supervisors start: a home may have moved to
 * another port.
 */
export async function startDemo(deps: DemoDeps, actor: Actor): Promise<Demo> {
  const remembered = await recallHomes(deps.db);
  const fakes: FakeHomeAssistant[] = [];
  const homes: Remembered[] = [];
  for (const plan of demoHomes()) {
    const before = remembered.find(({ name }) => name === plan.site);
    const fake = await startAt(plan, before);
    fakes.push(fake);
    const home = before === undefined ? await addSite(deps, actor, plan, fake) : await move(deps.db, before, fake);
    homes.push(home);
    sayWhatFeedsWhat(deps, actor, plan, home);
  }
  await remember(deps.db, MEMORY, { homes });
  const control4 = await startControl4Demo(deps, actor);
  return {
    async close() {
      await Promise.all([...fakes.map((fake) => fake.close()), control4.close()]);
    },
  };
}

/** At the port it had, so that links keep working; at a free one where that is taken. */
async function startAt(plan: Home, before: Remembered | undefined): Promise<FakeHomeAssistant> {
  const options = { home: plan.home, isLivedIn: true, ...(before === undefined ? {} : { token: before.token }) };
  if (before === undefined) return startFakeHomeAssistant(options);
  return startFakeHomeAssistant({ ...options, port: before.port }).catch(() => startFakeHomeAssistant(options));
}

async function addSite(deps: DemoDeps, actor: Actor, plan: Home, fake: FakeHomeAssistant): Promise<Remembered> {
  const gateway = { connector: "home-assistant", name: "Home Assistant", config: { url: fake.url, token: fake.token } };
  const made = await makeSite(deps, actor, plan, gateway);
  return { name: plan.site, ...made, port: fake.port, token: fake.token };
}

export type SitePlan = Pick<Home, "client" | "site" | "town" | "timeZone">;

/** A client, a site and its gateway, as a person would add them. */
export async function makeSite(
  { db, handlers }: DemoDeps,
  actor: Actor,
  plan: SitePlan,
  gateway: { readonly connector: string; readonly name: string; readonly config: Record<string, unknown> },
): Promise<{ siteId: SiteId; gatewayId: GatewayId }> {
  const call = await callOf(db, actor);
  const name = plan.client;
  const client = await handlers["client.create"]({ name, phone: "+31 20 555 0123" }, call);
  const site = await handlers["site.create"](
    {
      clientId: client.id,
      name: plan.site,
      town: plan.town,
      timeZone: plan.timeZone,
      // Whoever tries this does it at any hour, and nobody lives there.
      quietHours: { from: "00:00", to: "00:00" },
      language: "en",
      contacts: [
        {
          name,
          role: "owner",
          language: "en",
          email: `${emailName(name)}@example.com`,
          verifiedBecause: "A simulated homeowner",
        },
      ],
      consent: { scopes: ["diagnose"], evidence: "contract", givenBy: name },
    },
    call,
  );
  await db.updateTable("site").set({ isSimulated: true }).where("id", "=", site.id).execute();
  const added = await handlers["gateway.add"]({ siteId: site.id, ...gateway }, call);
  return { siteId: site.id, gatewayId: added.id };
}

function emailName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z]+/g, ".")
    .replace(/^\.|\.$/g, "");
}

async function move(db: Database, before: Remembered, fake: FakeHomeAssistant): Promise<Remembered> {
  if (fake.port === before.port) return before;
  const row = await db.selectFrom("gateway").select("config").where("id", "=", before.gatewayId).executeTakeFirst();
  const config = JSON.stringify({ ...row?.config, url: fake.url });
  await db.updateTable("gateway").set({ config, address: fake.url }).where("id", "=", before.gatewayId).execute();
  return { ...before, port: fake.port };
}

/** Once the devices are known, says which switch feeds which, as a technician who was there would. */
function sayWhatFeedsWhat({ db, announcements, handlers }: DemoDeps, actor: Actor, plan: Home, home: Remembered): void {
  const say = async (): Promise<void> => {
    for (const [deviceName, label] of Object.entries(plan.poweredBy)) {
      const device = await db
        .selectFrom("device")
        .select(["id", "version", "poweredBy"])
        .where("gatewayId", "=", home.gatewayId)
        .where("name", "=", deviceName)
        .executeTakeFirst();
      const feed = await db
        .selectFrom("entity")
        .select("id")
        .where("gatewayId", "=", home.gatewayId)
        .where("label", "=", label)
        .executeTakeFirst();
      if (device === undefined || feed === undefined || device.poweredBy !== null) continue;
      await handlers["device.update"](
        { deviceId: device.id as never, version: device.version, poweredBy: feed.id as never },
        await callOf(db, actor),
      );
    }
  };
  const stop = announcements.on("devices.changed", ({ gatewayId }) => {
    if (gatewayId !== home.gatewayId) return;
    stop();
    // A hub that is closing meanwhile says it at its next start.
    say().catch(() => undefined);
  });
}

async function callOf(db: Database, actor: Actor): Promise<Call> {
  return { actor, requestId: "demo", now: await now(db), signal: new AbortController().signal };
}

async function recallHomes(db: Database): Promise<readonly Remembered[]> {
  return (await recall<{ homes: Remembered[] }>(db, MEMORY))?.homes ?? [];
}

export async function recall<T>(db: Database, key: string): Promise<T | undefined> {
  const row = await db.selectFrom("hubMemory").select("value").where("key", "=", key).executeTakeFirst();
  return row?.value as T | undefined;
}

export async function remember(db: Database, key: string, what: unknown): Promise<void> {
  const value = JSON.stringify(what);
  await db
    .insertInto("hubMemory")
    .values({ key, value, changedAt: await now(db) })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
    .execute();
}
