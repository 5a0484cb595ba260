import type { Actor, GatewayId, SiteId } from "@caretaker/protocol";
import type { Announcements } from "../announcements.ts";
import type { Database } from "../db/database.ts";
import { now } from "../db/database.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { type SimulatedGateway, type SimulatedSite, type Simulation, simulatedSites } from "./simulated-sites.ts";

export interface DemoDeps {
  readonly db: Database;
  readonly announcements: Announcements;
  readonly handlers: Pick<Handlers, "client.create" | "site.create" | "gateway.add" | "device.update">;
}

export interface Demo {
  close(): Promise<void>;
}

/** One simulated gateway as the hub remembers it. Its secret opens nothing but a simulation, so it is none. */
interface Remembered {
  /** The site's name. */
  readonly name: string;
  /** Absent where it was remembered before a site could have several. */
  readonly gateway?: string;
  readonly siteId: SiteId;
  readonly gatewayId: GatewayId;
  readonly port: number;
  readonly token: string;
}

const FIRST = "Home Assistant";
const MEMORY = "demo";

/**
 * Starts the simulated homes. The first time it also makes the sites, through the same operations that people use, so
 * that nothing of a demo is special but the gateways. Call it before the supervisors start: a home may have moved to
 * another port.
 */
export async function startDemo(deps: DemoDeps, actor: Actor): Promise<Demo> {
  const remembered = await recall(deps.db);
  const simulations: Simulation[] = [];
  const kept: Remembered[] = [];
  for (const plan of simulatedSites()) {
    let siteId = remembered.find(({ name }) => name === plan.site)?.siteId;
    for (const gateway of plan.gateways) {
      const before = remembered.find((one) => one.name === plan.site && (one.gateway ?? FIRST) === gateway.name);
      const simulation = await startAt(gateway, before);
      simulations.push(simulation);
      siteId ??= await addSite(deps, actor, plan);
      const one =
        before === undefined
          ? await addGateway(deps, actor, plan, siteId, gateway, simulation)
          : await move(deps.db, before, simulation);
      kept.push(one);
      sayWhatFeedsWhat(deps, actor, plan, one);
    }
  }
  await remember(deps.db, kept);
  return {
    async close() {
      await Promise.all(simulations.map((simulation) => simulation.close()));
    },
  };
}

/** At the port it had, so that links keep working; at a free one where that is taken. */
async function startAt(gateway: SimulatedGateway, before: Remembered | undefined): Promise<Simulation> {
  if (before === undefined) return gateway.start({});
  return gateway
    .start({ port: before.port, secret: before.token })
    .catch(() => gateway.start({ secret: before.token }));
}

async function addSite({ db, handlers }: DemoDeps, actor: Actor, plan: SimulatedSite): Promise<SiteId> {
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
  return site.id;
}

async function addGateway(
  { db, handlers }: DemoDeps,
  actor: Actor,
  plan: SimulatedSite,
  siteId: SiteId,
  { connector, name }: SimulatedGateway,
  { config, port, secret }: Simulation,
): Promise<Remembered> {
  const gateway = await handlers["gateway.add"]({ siteId, connector, name, config }, await callOf(db, actor));
  return { name: plan.site, gateway: name, siteId, gatewayId: gateway.id, port, token: secret };
}

function emailName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z]+/g, ".")
    .replace(/^\.|\.$/g, "");
}

async function move(db: Database, before: Remembered, { port, url, config: now }: Simulation): Promise<Remembered> {
  if (port === before.port) return before;
  const row = await db.selectFrom("gateway").select("config").where("id", "=", before.gatewayId).executeTakeFirst();
  const config = JSON.stringify({ ...row?.config, ...("address" in now ? { address: url } : { url }) });
  await db.updateTable("gateway").set({ config, address: url }).where("id", "=", before.gatewayId).execute();
  return { ...before, port };
}

/** Once the devices are known, says which switch feeds which, as a technician who was there would. */
function sayWhatFeedsWhat(
  { db, announcements, handlers }: DemoDeps,
  actor: Actor,
  plan: SimulatedSite,
  home: Remembered,
): void {
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

async function recall(db: Database): Promise<readonly Remembered[]> {
  const row = await db.selectFrom("hubMemory").select("value").where("key", "=", MEMORY).executeTakeFirst();
  return (row?.value as { homes: Remembered[] } | undefined)?.homes ?? [];
}

async function remember(db: Database, homes: readonly Remembered[]): Promise<void> {
  const value = JSON.stringify({ homes });
  await db
    .insertInto("hubMemory")
    .values({ key: MEMORY, value, changedAt: await now(db) })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
    .execute();
}
