import type { CapabilityName, CapabilityOutput, ReadName } from "@caretaker/protocol";
import type { Database } from "../db/database.ts";
import { type HiddenNames, hiddenNames, WITHHELD } from "./hidden-names.ts";
import { thingsOf } from "./hidden-things.ts";
import { isRoomLeftOut, loadHiding, NOTHING_HIDDEN } from "./hiding.ts";

type Output = Readonly<Record<string, unknown>>;

/** What was read, of which home, and whether it was read of one thing that is hidden itself. */
export interface Asked {
  readonly siteId: string;
  readonly gatewayId: string;
  /** In the make's keys. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly isOfHidden: boolean;
}

type Hides = (output: Output, asked: Asked, db: Database) => Promise<Output> | Output;

const LINES: Hides = inRows("entries", ["source", "message"], (entry) => ({
  ...entry,
  source: WITHHELD,
  message: WITHHELD,
  // When something happens in a bedroom tells as much as what: the day is enough to see whether it is old.
  firstAt: dayOf(entry.firstAt),
  lastAt: dayOf(entry.lastAt),
}));

const NAMED_LINKS: Hides = inRows("said", ["text"]);

/**
 * What each read says of things that may not be seen. It is taken out here, for every make, before anything judges, keeps
 * or shows an answer. What cannot be seen is missing, so that a condition on it is unknown rather than false.
 */
const HIDES: { readonly [N in ReadName]: Hides } = {
  "gateway.lastSeen": asItIs,
  "net.resolve": asItIs,
  "net.connect": asItIs,
  "net.tls": asItIs,
  "gateway.info": asItIs,
  "backup.info": asItIs,
  "clock.state": asItIs,
  // The name and the file of a program are what an installer called them.
  "program.state": async (output, asked, db) => {
    const names = await namesOf(db, asked);
    const named = ["name", "file"].filter(
      (field) => typeof output[field] === "string" && names.isIn(output[field] as string),
    );
    return without(output, named);
  },
  "entity.state": (output, { isOfHidden }) => (isOfHidden ? without(output, ["state", "attributes", "since"]) : output),
  "device.state": ofDevice,
  "device.link": ofLink,
  "integration.state": async (output, asked, db) => {
    const isNamed = typeof output.reason === "string" && (await namesOf(db, asked)).isIn(output.reason);
    return isNamed ? without(output, ["reason"]) : output;
  },
  "room.state": ofRoom,
  "integration.list": inRows("integrations", ["reason"]),
  "log.errors": LINES,
  "log.changes": LINES,
  "repairs.list": inRows("repairs", ["key", "title"], (repair, number) => ({
    ...repair,
    key: `withheld/${number}`,
    title: WITHHELD,
  })),
  "updates.list": inRows("updates", ["name"]),
  "firmware.list": inRows("firmware", ["name"], (row) => without({ ...row, name: WITHHELD }, ["device"])),
};

/** An answer of a gateway without what may not be seen of its home. */
export async function withoutHidden(
  db: Database,
  capability: CapabilityName,
  output: Output,
  asked: Asked,
): Promise<Output> {
  return HIDES[capability as ReadName](output, asked, db);
}

/** The same for what a gateway answers to an act: one says what it took away. */
export async function answerWithoutHidden(
  db: Database,
  capability: CapabilityName,
  answer: unknown,
  asked: Asked,
): Promise<unknown> {
  if (capability !== "log.clear") return answer;
  const { saved, ...others } = answer as CapabilityOutput<"log.clear">;
  return { ...others, saved: await LINES(saved, asked, db) };
}

/** The same for a sentence that a gateway said, such as why something failed. */
export async function wordsWithoutHidden(db: Database, siteId: string, text: string): Promise<string> {
  return (await hiddenNames(db, siteId)).isIn(text) ? WITHHELD : text;
}

function asItIs(output: Output): Output {
  return output;
}

/** Whether it answers stays, and its battery and firmware where those are not hidden themselves. */
async function ofDevice(output: Output, { gatewayId, input }: Asked, db: Database): Promise<Output> {
  const things = await thingsOf(db, { gatewayId, deviceKey: String(input.device) });
  const hidden = things.filter(({ isHidden }) => isHidden);
  if (hidden.length === 0) return output;
  // When it was last heard of is when somebody was in that room.
  const isBatteryHidden = hidden.some(({ deviceClass }) => deviceClass === "battery");
  return without(output, isBatteryHidden ? ["lastSeen", "battery"] : ["lastSeen"]);
}

/** Nobody knows what stands in it: where anything of the device is hidden, all of it is. */
async function ofLink(output: Output, asked: Asked, db: Database): Promise<Output> {
  const things = await thingsOf(db, { gatewayId: asked.gatewayId, deviceKey: String(asked.input.device) });
  if (asked.isOfHidden || things.some(({ isHidden }) => isHidden)) return without(output, ["said", "parts"]);
  return NAMED_LINKS(output, asked, db);
}

/** Of a room that is left out nothing is seen; of another not by which hidden thing it is seen or heard. */
async function ofRoom(output: Output, asked: Asked, db: Database): Promise<Output> {
  const hiding = (await loadHiding(db, asked.siteId)).get(asked.siteId) ?? NOTHING_HIDDEN;
  const room = await db
    .selectFrom("room")
    .select(["id as roomId", "name as roomName"])
    .where("gatewayId", "=", asked.gatewayId)
    .where("key", "=", String(asked.input.room))
    .executeTakeFirst();
  const isLeftOut = room === undefined || isRoomLeftOut(hiding, room);
  if (asked.isOfHidden || hiding.isWholeHome || hiding.kinds.has("media") || isLeftOut)
    return without(output, ["power", "source"]);
  const isNamed = typeof output.source === "string" && (await namesOf(db, asked)).isIn(output.source);
  return isNamed ? without(output, ["source"]) : output;
}

/** Looks through what people can read in each row of a list, and leaves the row: that there is one is no secret. */
function inRows(
  list: string,
  fields: readonly string[],
  hide: (row: Output, number: number) => Output = (row) => blackedOut(row, fields),
): Hides {
  return async (output, asked, db) => {
    const rows = output[list] as readonly Output[];
    if (rows.length === 0) return output;
    const names = await namesOf(db, asked);
    const isNamed = (row: Output) => fields.some((field) => typeof row[field] === "string" && names.isIn(row[field]));
    return { ...output, [list]: rows.map((row, index) => (isNamed(row) ? hide(row, index + 1) : row)) };
  };
}

function blackedOut(row: Output, fields: readonly string[]): Output {
  return { ...row, ...Object.fromEntries(fields.map((field) => [field, WITHHELD])) };
}

function namesOf(db: Database, { siteId }: Asked): Promise<HiddenNames> {
  return hiddenNames(db, siteId);
}

function without(output: Output, fields: readonly string[]): Output {
  return Object.fromEntries(Object.entries(output).filter(([field]) => !fields.includes(field)));
}

function dayOf(moment: unknown): string {
  return `${String(moment).slice(0, 10)}T00:00:00.000Z`;
}
