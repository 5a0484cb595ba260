import { type Actor, CaretakerError, type OperationName } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";

type Input = Readonly<Record<string, unknown>>;

/** For each id that an operation may name: whether there is such a thing that may be seen. Absent and removed answer alike. */
const SUBJECTS: Readonly<Record<string, { what: string; exists(db: Database, id: string): Promise<boolean> }>> = {
  siteId: {
    what: "site",
    exists: async (db, id) =>
      (await db.selectFrom("site").select("id").where("id", "=", id).executeTakeFirst()) !== undefined,
  },
  gatewayId: {
    what: "gateway",
    exists: async (db, id) =>
      (await db
        .selectFrom("gateway")
        .select("id")
        .where("id", "=", id)
        .where("removedAt", "is", null)
        .executeTakeFirst()) !== undefined,
  },
  agentId: {
    what: "agent",
    exists: async (db, id) =>
      (await db
        .selectFrom("agent")
        .select("id")
        .where("id", "=", id)
        .where("status", "<>", "ended")
        .executeTakeFirst()) !== undefined,
  },
  deviceId: {
    what: "device",
    exists: async (db, id) =>
      (await db
        .selectFrom("device")
        .innerJoin("gateway", "gateway.id", "device.gatewayId")
        .select("device.id")
        .where("device.id", "=", id)
        .where("gateway.removedAt", "is", null)
        .executeTakeFirst()) !== undefined,
  },
  runId: {
    what: "run",
    exists: async (db, id) =>
      (await db.selectFrom("run").select("id").where("id", "=", id).executeTakeFirst()) !== undefined,
  },
};

/**
 * A site that was taken out of service keeps its ledger and its runs for reading, and its people may still ask what is kept of
 * them, and to be forgotten; nothing else of it answers.
 */
const ALSO_OF_REMOVED_SITES: ReadonlySet<OperationName> = new Set([
  "ledger.list",
  "ledger.verify",
  "ledger.export",
  "run.list",
  "contact.former",
  "contact.export",
  "contact.erase",
]);

/** Rejects with `not_found` when a call names something that is not there. Roles were judged before. */
export async function requireSubject(db: Database, name: OperationName, input: Input, _actor: Actor): Promise<void> {
  if (typeof input.siteId === "string" && !ALSO_OF_REMOVED_SITES.has(name)) {
    const site = await db.selectFrom("site").select("removedAt").where("id", "=", input.siteId).executeTakeFirst();
    if (site?.removedAt !== null) throw noSuch("site");
  }
  for (const [field, { what, exists }] of Object.entries(SUBJECTS)) {
    const id = input[field];
    if (typeof id !== "string") continue;
    if (!(await exists(db, id))) throw noSuch(what);
  }
}

function noSuch(what: string): CaretakerError {
  return new CaretakerError("not_found", `There is no such ${what}.`);
}
