import type { AgentId, ClientId, DeviceId, GatewayId, RunId, SiteId } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { TestSubjects } from "./test-operations.ts";

const DIGEST = "0".repeat(64);

/** A home in service and one that was taken out of it, each with a gateway, a device, an agent and a run. */
export async function makeHomes(db: Database): Promise<{ there: TestSubjects; removed: TestSubjects }> {
  const clientId = newId<ClientId>();
  await db
    .insertInto("client")
    .values({ id: clientId, name: "Ann", phone: null, email: null, createdAt: new Date() })
    .execute();
  await db
    .insertInto("runbookVersion")
    .values({
      digest: DIGEST,
      id: "home-assistant/dead-bridge",
      version: 1,
      document: "{}",
      source: "",
      keptAt: new Date(),
    })
    .execute();
  return { there: await makeHome(db, clientId, null), removed: await makeHome(db, clientId, new Date()) };
}

async function makeHome(db: Database, clientId: ClientId, removedAt: Date | null): Promise<TestSubjects> {
  const [siteId, gatewayId] = [newId<SiteId>(), newId<GatewayId>()];
  const [deviceId, runId] = [newId<DeviceId>(), newId<RunId>()];
  const agentId = newId<AgentId>();
  const createdAt = new Date();
  await db
    .insertInto("site")
    .values({
      id: siteId,
      clientId,
      name: "Canal house",
      address: null,
      town: null,
      timeZone: "Europe/Amsterdam",
      language: "en",
      createdAt,
      removedAt,
    })
    .execute();
  await db
    .insertInto("gateway")
    .values({
      id: gatewayId,
      siteId,
      connector: "home-assistant",
      name: "Home",
      config: "{}",
      address: "http://home.example",
      reason: JSON.stringify({ code: "ok", params: {} }),
      since: createdAt,
      createdAt,
      removedAt,
    })
    .execute();
  await db.insertInto("device").values({ id: deviceId, gatewayId, key: "lamp", name: "Lamp", kind: "other" }).execute();
  await db
    .insertInto("run")
    .values({
      id: runId,
      siteId,
      gatewayId,
      runbook: "home-assistant/dead-bridge",
      runbookVersion: 1,
      digest: DIGEST,
      title: "Dead bridge",
      inputs: "{}",
      reason: "Lights do not answer",
      homeownerAsked: false,
      startedBy: "test",
      startedById: null,
      status: "finished",
      memory: "{}",
      createdAt,
    })
    .execute();
  await db
    .insertInto("agent")
    .values({
      id: agentId,
      siteId,
      publicKey: agentId,
      fingerprint: "ABCD-EFGH-JKMN",
      status: removedAt === null ? "paired" : "ended",
      pairedAt: createdAt,
      pairedBy: "test",
      endedAt: removedAt,
    })
    .execute();
  return { siteId, gatewayId, deviceId, runId, agentId };
}
