import { z } from "zod";

/**
 * What the account service and the Director say, as far as we use it. Only what a thing cannot do without is demanded;
 * any other field may be missing, of another type, or new.
 */

const text = z.string().max(300).optional().catch(undefined);
export const GREATEST_ID = 2_147_483_647;
const id = z.coerce.number().int().min(0).max(GREATEST_ID);
const optionalId = id.optional().catch(undefined);

export const AuthToken = z.object({
  authToken: z.object({
    token: z.string().min(1).max(20_000),
    validSeconds: z.coerce.number().positive().catch(86_400),
  }),
});

export const ControllerRow = z.object({
  controllerCommonName: z.string().min(1).max(200),
  href: z.string().max(500),
  name: text,
});
export type ControllerRow = z.infer<typeof ControllerRow>;

export const AccountDetail = z.object({ controller: z.object({ href: z.string().max(500) }) });
export const ControllerDetail = z.object({ osVersion: z.string().min(1).max(60) });

/** Zero, one and false are all said in several ways. */
const flag = z
  .union([z.boolean(), z.number(), z.string()])
  .transform((value) => value === true || value === 1 || value === "1" || value === "true" || value === "True")
  .optional()
  .catch(undefined);

export const ItemRow = z.object({
  id,
  name: z.string().max(300).catch(""),
  type: optionalId,
  typeName: text,
  parentId: optionalId,
  proxy: text,
  roomId: optionalId,
  floorName: text,
  manufacturer: text,
  model: text,
  isOnline: flag,
  /** Which addresses of its own an item has. Only whether there is one is used: none is followed. */
  URIs: z.object({ zigbee: text }).optional().catch(undefined),
});
export type ItemRow = z.infer<typeof ItemRow>;

export type Value = string | number | boolean;

export const VariableRow = z.object({
  id,
  varName: z.string().min(1).max(100),
  value: z.union([z.string().max(2000), z.number(), z.boolean()]),
});
export type VariableRow = z.infer<typeof VariableRow>;

export const MacroRow = z.object({ id, name: z.string().min(1).max(300) });
export type MacroRow = z.infer<typeof MacroRow>;

export const CommandRow = z.object({
  command: z.string().min(1).max(200),
  params: z.array(z.object({ name: z.string().min(1).max(100) })).catch([]),
});
export type CommandRow = z.infer<typeof CommandRow>;

export const Experiences = z.object({
  experiences: z.array(
    z.object({
      type: z.string().max(100),
      room_id: id,
      sources: z.object({ source: z.array(z.object({ id })).catch([]) }).catch({ source: [] }),
    }),
  ),
});

export const LONGEST_KEY = 200;
export const PushEvent = z.object({
  iddevice: id,
  data: z.record(z.string().max(LONGEST_KEY), z.unknown()),
});
export type PushEvent = z.infer<typeof PushEvent>;

/** The rows of a list that are what they should be; `drop` hears of each that is not. */
export function rowsOf<S extends z.ZodType>(schema: S, value: unknown, drop: () => void): z.output<S>[] {
  if (!Array.isArray(value)) {
    drop();
    return [];
  }
  const rows: z.output<S>[] = [];
  for (const one of value) {
    const parsed = schema.safeParse(one);
    if (parsed.success) rows.push(parsed.data);
    else drop();
  }
  return rows;
}
