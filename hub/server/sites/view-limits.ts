import {
  CaretakerError,
  type EntityKind,
  type EvidenceKind,
  foldName,
  type SiteId,
  type ViewLimit,
} from "@caretaker/protocol";
import { type Database, type Trx, transaction } from "../db/database.ts";
import { newId } from "../db/new-id.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { actorText, nameInActor } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import { tellView } from "../state/hiding.ts";
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
  readonly roomName: string | null;
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
      await tellView(trx, siteId);
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
  const all = partsOf(given, await roomsOf(trx, siteId, rooms));
  const names = await leftOutNames(trx, siteId);
  const parts = all.filter(({ roomName }) => roomName === null || !names.has(foldName(roomName)));
  if (parts.length === 0) return;
  const said = { siteId, evidence, evidenceNote: evidenceNote ?? null, givenBy, setBy: actorText(actor), setAt: now };
  await trx
    .insertInto("viewLimit")
    .values(parts.map((part) => ({ id: newId<string>(now.getTime()), ...said, ...part })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function widen(trx: Trx, given: Parts): Promise<void> {
  let gone = 0;
  const { siteId, rooms } = given;
  const same = rooms.length === 0 ? [] : await sameRooms(trx, siteId, rooms);
  for (const { roomId, kind, deviceClass } of partsOf({ ...given, rooms: [...rooms, ...same] })) {
    const { numDeletedRows } = await trx
      .deleteFrom("viewLimit")
      .where("siteId", "=", siteId)
      .where("roomId", "is not distinct from", roomId)
      .where("kind", "is not distinct from", kind)
      .where("deviceClass", "is not distinct from", deviceClass)
      .executeTakeFirst();
    gone += Number(numDeletedRows);
  }
  if (gone === 0) throw new CaretakerError("not_found", "None of this is left out of what we see.");
}

/** Limits of rooms that are called as those are: of a gateway that was there before, or that came after. */
async function sameRooms(trx: Trx, siteId: SiteId, rooms: readonly string[]): Promise<string[]> {
  const [called, limits] = await Promise.all([
    trx.selectFrom("room").select("name").where("id", "in", rooms).execute(),
    trx
      .selectFrom("viewLimit")
      .select(["roomId", "roomName"])
      .where("siteId", "=", siteId)
      .where("roomId", "is not", null)
      .execute(),
  ]);
  const given = limits.filter(({ roomId }) => roomId !== null && rooms.includes(roomId));
  const names = new Set([...called.map(({ name }) => name), ...namesIn(given)].map(foldName));
  return limits
    .filter(({ roomName }) => roomName !== null && names.has(foldName(roomName)))
    .map(({ roomId }) => roomId)
    .filter((roomId) => roomId !== null)
    .filter((roomId) => !rooms.includes(roomId));
}

async function leftOutNames(trx: Trx, siteId: SiteId): Promise<Set<string>> {
  const limits = await trx.selectFrom("viewLimit").select("roomName").where("siteId", "=", siteId).execute();
  return new Set(namesIn(limits).map(foldName));
}

function namesIn(limits: readonly { readonly roomName: string | null }[]): string[] {
  return limits.map(({ roomName }) => roomName).filter((name) => name !== null);
}

function partsOf({ rooms, kinds, classes }: Parts, names: ReadonlyMap<string, string> = new Map()): Part[] {
  const none = { roomId: null, roomName: null, kind: null, deviceClass: null };
  const parts: Part[] = [
    ...rooms.map((roomId) => ({ ...none, roomId, roomName: names.get(roomId) ?? null })),
    ...kinds.map((kind) => ({ ...none, kind })),
    ...classes.map((deviceClass) => ({ ...none, deviceClass })),
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

/** What the rooms are called; each must be of the site. */
async function roomsOf(trx: Trx, siteId: SiteId, rooms: readonly string[]): Promise<Map<string, string>> {
  if (rooms.length === 0) return new Map();
  const found = await trx
    .selectFrom("room")
    .innerJoin("gateway", "gateway.id", "room.gatewayId")
    .select(["room.id", "room.name"])
    .where("room.id", "in", rooms)
    .where("gateway.siteId", "=", siteId)
    .execute();
  if (found.length < new Set(rooms).size) throw wrong("rooms", "names a room that is not of this site");
  return new Map(found.map(({ id, name }) => [id, name]));
}

function wrong(path: string, message: string): CaretakerError {
  return new CaretakerError("invalid_input", `This ${message}.`, { fields: [{ path, message }] });
}

async function readLimits(db: Database, siteId: SiteId): Promise<ViewLimit[]> {
  const rows = await db
    .selectFrom("viewLimit")
    .leftJoin("room", "room.id", "viewLimit.roomId")
    .select([
      "roomId",
      "room.name as nameNow",
      "roomName",
      "kind",
      "deviceClass",
      "evidence",
      "evidenceNote",
      "givenBy",
    ])
    .select(["setBy", "setAt"])
    .where("siteId", "=", siteId)
    .orderBy("setAt")
    .orderBy("viewLimit.id")
    .execute();
  return rows.map(({ roomId, roomName, nameNow, setBy, ...row }) => ({
    ...row,
    roomName: nameNow ?? roomName,
    roomId: roomId as ViewLimit["roomId"],
    setBy: nameInActor(setBy),
  }));
}
