import { CaretakerError, type EntityKind, type EvidenceKind, type SiteId, type ViewLimit } from "@caretaker/protocol";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { actorText, nameInActor } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { tellHiding } from "../state/hiding.ts";
import type { SitesDeps } from "./deps.ts";

interface Parts {
  readonly siteId: SiteId;
  readonly rooms: readonly string[];
  readonly kinds: readonly EntityKind[];
  readonly classes: readonly string[];
  readonly evidence: EvidenceKind;
  readonly evidenceNote?: string | undefined;
  readonly givenBy: string;
}

interface Part {
  readonly roomId: string | null;
  readonly kind: EntityKind | null;
  readonly deviceClass: string | null;
}

/** Leaving out is quick: it is a brake. Seeing again is recorded as what is allowed for good is, with a fresh factor. */
export function viewLimitHandlers({
  db,
  announcements,
}: SitesDeps): Pick<Handlers, "view.get" | "view.narrow" | "view.widen"> {
  const change = async (given: Parts, call: Call, event: "view.narrowed" | "view.widened", write: Write) => {
    const { siteId, rooms, kinds, classes, evidence, evidenceNote, givenBy } = given;
    await transaction(db, async (trx) => {
      await lockSite(trx, siteId);
      await write(trx, given, call);
      const payload = { rooms, kinds, classes, evidence, evidenceNote: evidenceNote ?? null, givenBy };
      await appendLedger(trx, { chain: siteId, event, actor: actorText(call.actor), payload, now: call.now });
      await tellHiding(trx, siteId);
    });
    announcements.announce({ type: "view.limited", siteId });
    return { limits: await readLimits(db, siteId) };
  };
  return {
    "view.get": async ({ siteId }) => ({ limits: await readLimits(db, siteId) }),
    "view.narrow": (given, call) => change(given, call, "view.narrowed", narrow),
    "view.widen": (given, call) => change(given, call, "view.widened", widen),
  };
}

type Write = (trx: Trx, given: Parts, call: Call) => Promise<void>;

async function narrow(trx: Trx, given: Parts, { actor, now }: Call): Promise<void> {
  const { siteId, rooms, evidence, evidenceNote, givenBy } = given;
  await requireRoomsOf(trx, siteId, rooms);
  const said = { siteId, evidence, evidenceNote: evidenceNote ?? null, givenBy, setBy: actorText(actor), setAt: now };
  await trx
    .insertInto("viewLimit")
    .values(partsOf(given).map((part) => ({ id: newId<string>(now.getTime()), ...said, ...part })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function widen(trx: Trx, given: Parts): Promise<void> {
  let gone = 0;
  for (const { roomId, kind, deviceClass } of partsOf(given)) {
    const { numDeletedRows } = await trx
      .deleteFrom("viewLimit")
      .where("siteId", "=", given.siteId)
      .where("roomId", "is not distinct from", roomId)
      .where("kind", "is not distinct from", kind)
      .where("deviceClass", "is not distinct from", deviceClass)
      .executeTakeFirst();
    gone += Number(numDeletedRows);
  }
  if (gone === 0) throw new CaretakerError("not_found", "None of this is left out of what we see.");
}

function partsOf({ rooms, kinds, classes }: Parts): Part[] {
  const parts: Part[] = [
    ...rooms.map((roomId) => ({ roomId, kind: null, deviceClass: null })),
    ...kinds.map((kind) => ({ roomId: null, kind, deviceClass: null })),
    ...classes.map((deviceClass) => ({ roomId: null, kind: null, deviceClass })),
  ];
  if (parts.length > 0) return parts;
  throw wrong("rooms", "names nothing: say a room, a kind or a class");
}

async function lockSite(trx: Trx, siteId: SiteId): Promise<void> {
  const site = await trx
    .selectFrom("site")
    .select("id")
    .where("id", "=", siteId)
    .where("removedAt", "is", null)
    .forUpdate()
    .executeTakeFirst();
  if (site === undefined) throw new CaretakerError("not_found", "There is no such site.");
}

async function requireRoomsOf(trx: Trx, siteId: SiteId, rooms: readonly string[]): Promise<void> {
  if (rooms.length === 0) return;
  const found = await trx
    .selectFrom("room")
    .innerJoin("gateway", "gateway.id", "room.gatewayId")
    .select("room.id")
    .where("room.id", "in", rooms)
    .where("gateway.siteId", "=", siteId)
    .execute();
  if (found.length < new Set(rooms).size) throw wrong("rooms", "names a room that is not of this site");
}

function wrong(path: string, message: string): CaretakerError {
  return new CaretakerError("invalid_input", `This ${message}.`, { fields: [{ path, message }] });
}

async function readLimits(db: Database, siteId: SiteId): Promise<ViewLimit[]> {
  const rows = await db
    .selectFrom("viewLimit")
    .leftJoin("room", "room.id", "viewLimit.roomId")
    .select(["roomId", "room.name as roomName", "kind", "deviceClass", "evidence", "evidenceNote", "givenBy"])
    .select(["setBy", "setAt"])
    .where("siteId", "=", siteId)
    .orderBy("setAt")
    .orderBy("viewLimit.id")
    .execute();
  return rows.map(({ roomId, setBy, ...row }) => ({
    ...row,
    roomId: roomId as ViewLimit["roomId"],
    setBy: nameInActor(setBy),
  }));
}
