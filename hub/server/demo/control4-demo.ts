import { demoHome, type FakeControl4, startFakeControl4 } from "@caretaker/connector-control4/fake-gateway";
import type { Actor, GatewayId } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import { type Demo, type DemoDeps, makeSite, recall, remember } from "./demo.ts";

const MEMORY = "demo.control4";
const PLAN = { client: "Ashdown family", site: "Ashdown house", town: "Brighton", timeZone: "Europe/London" };

interface Remembered {
  readonly gatewayId: GatewayId;
  readonly ports: { readonly controller: number; readonly account: number };
}

/**
 * A Control4 home beside the others. Its video matrix does not answer, which `control4/devices-offline` mends with the
 * installer's macro; and the television in the living room hangs, for `control4/room-stuck`.
 */
export async function startControl4Demo(deps: DemoDeps, actor: Actor): Promise<Demo> {
  const before = await recall<Remembered>(deps.db, MEMORY);
  const fake = await startAt(before?.ports);
  fake.house.setOnline("Video matrix", false);
  fake.house.stickRoom("Living room", fake.house.find("Television").row.id);
  const gatewayId = before?.gatewayId ?? (await addHome(deps, actor, fake));
  if (before !== undefined) await move(deps.db, before, fake);
  await remember(deps.db, MEMORY, { gatewayId, ports: fake.ports } satisfies Remembered);
  return { close: () => fake.close() };
}

/** At the ports it had; at free ones where those are taken. */
async function startAt(ports: Remembered["ports"] | undefined): Promise<FakeControl4> {
  const options = { home: demoHome(), knobs: { restartMilliseconds: 8000, settleMilliseconds: 800 } };
  if (ports === undefined) return startFakeControl4(options);
  return startFakeControl4({ ...options, ports }).catch(() => startFakeControl4(options));
}

async function addHome(deps: DemoDeps, actor: Actor, fake: FakeControl4): Promise<GatewayId> {
  const gateway = { connector: "control4", name: "Control4", config: fake.config };
  return (await makeSite(deps, actor, PLAN, gateway)).gatewayId;
}

async function move(db: Database, before: Remembered, fake: FakeControl4): Promise<void> {
  const row = await db.selectFrom("gateway").select("config").where("id", "=", before.gatewayId).executeTakeFirst();
  const { address, accountService } = fake.config;
  const config = JSON.stringify({ ...row?.config, address, accountService });
  await db
    .updateTable("gateway")
    .set({ config, address: `https://${address}` })
    .where("id", "=", before.gatewayId)
    .execute();
}
