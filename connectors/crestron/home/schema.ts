import { z } from "zod";

/** Words of the wire, as short as anything that people name. What is of another kind is as good as absent. */
const word = z
  .string()
  .transform((text) => text.slice(0, 200))
  .optional()
  .catch(undefined);
const number = z.number().finite().optional().catch(undefined);
/** Numbers, which one client sends as text. */
const Id = z.union([
  z.number().int().nonnegative().safe(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
const id = Id.optional().catch(undefined);

/** What all things have. Of locks and alarms nothing more is read. */
const Base = z.object({ id: Id, name: word, roomId: id, type: word, subType: word, connectionStatus: word });
const SetPoint = z.object({ type: word, temperature: number });

export const ROWS = {
  rooms: z.object({ id: Id, name: word }),
  devices: Base,
  lights: Base.extend({ level: number }),
  shades: Base.extend({ position: number }),
  scenes: Base.extend({ status: z.boolean().optional().catch(undefined) }),
  // Two dialects: the reference prints `mode` and one `setPoint`, live systems `currentMode` and a list.
  thermostats: Base.extend({
    currentTemperature: number,
    temperatureUnits: word,
    currentMode: word,
    mode: word,
    currentFanMode: word,
    currentSetPoint: z.array(SetPoint).max(10).optional().catch(undefined),
    setPoint: SetPoint.optional().catch(undefined),
  }),
  sensors: Base.extend({
    // Who is at home stays there: of an occupancy sensor only whether it answers is kept.
    presence: z
      .string()
      .transform((said) => (said.toLowerCase() === "unavailable" ? ("unavailable" as const) : ("kept back" as const)))
      .optional()
      .catch(undefined),
    level: number,
    door_status: word,
    battery_level: word,
  }),
  mediaRooms: Base.extend({
    currentPowerState: z
      .union([z.string(), z.boolean()])
      .transform((said) => (typeof said === "boolean" ? (said ? "on" : "off") : said.toLowerCase()))
      .optional()
      .catch(undefined),
  }),
} as const;

export type Collection = keyof typeof ROWS;
export type Row<C extends Collection> = z.infer<(typeof ROWS)[C]>;
const MOST_ROWS = 5000;

/** Where each collection stands. Locks and alarms have paths of their own, which are not asked. */
export const PATHS: Readonly<Record<Collection, string>> = {
  rooms: "/rooms",
  devices: "/devices",
  lights: "/lights",
  shades: "/shades",
  scenes: "/scenes",
  thermostats: "/thermostats",
  sensors: "/sensors",
  mediaRooms: "/mediarooms",
};

/**
 * The rows of a collection, and how many were not understood. Undefined where this processor has no such thing: it
 * answers an unknown path with 200 and something about itself.
 */
export function rowsIn<C extends Collection>(
  collection: C,
  text: string,
): { rows: Row<C>[]; dropped: number } | undefined {
  const body = objectIn(text);
  const list = body?.[collection];
  if (!Array.isArray(list)) return undefined;
  const rows = new Map<number, Row<C>>();
  let dropped = 0;
  for (const one of list.slice(0, MOST_ROWS)) {
    const parsed = ROWS[collection].safeParse(one);
    // A number that comes twice would be two things of one name.
    if (parsed.success && !rows.has(parsed.data.id)) rows.set(parsed.data.id, parsed.data as Row<C>);
    else dropped += 1;
  }
  return { rows: [...rows.values()], dropped };
}

/** The reference prints `AuthKey`, what working clients read is `authkey`. */
export function loginIn(text: string): { key: string | undefined; version: string | undefined } {
  const { authkey, AuthKey, version } = objectIn(text) ?? {};
  const key = [authkey, AuthKey].find(
    (one): one is string => typeof one === "string" && /^[\x21-\x7e]{1,2000}$/.test(one),
  );
  return { key, version: typeof version === "string" ? version.slice(0, 60) : undefined };
}

/** 5001 and 5002 are an ended session and a refused one, 7001 a refused login. */
const AUTHENTICATION: ReadonlySet<unknown> = new Set([5001, 5002, 7001]);

export function refusalIn(text: string): { isAuthentication: boolean; said: string } | undefined {
  const { errorSource, errorMessage } = objectIn(text) ?? {};
  if (errorSource === undefined) return undefined;
  const said = typeof errorMessage === "string" ? errorMessage.slice(0, 200) : String(errorSource).slice(0, 200);
  return { isAuthentication: AUTHENTICATION.has(errorSource), said };
}

/** What came of a command: its body decides, whatever the HTTP status is. */
export function resultIn(text: string): { status: "success" | "partial" | "failure" | undefined; said: string } {
  const { status, errorMessage } = objectIn(text) ?? {};
  const said = typeof errorMessage === "string" ? errorMessage.slice(0, 200) : "";
  const known = (["success", "partial", "failure"] as const).find((one) => one === String(status).toLowerCase());
  return { status: known, said };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
