import { z } from "zod";

/** What the gateway says. Only the fields that are used are named; others may come and go. */
export const Info = z.object({ name: z.string(), version: z.string() });
export type Info = z.infer<typeof Info>;

export const Thing = z.object({
  id: z.string(),
  name: z.string(),
  room: z.string().optional(),
  kind: z.string(),
  on: z.boolean().optional(),
  reachable: z.boolean().optional(),
});
export type Thing = z.infer<typeof Thing>;

export const House = z.object({
  rooms: z.array(z.object({ id: z.string(), name: z.string() })),
  things: z.array(Thing),
});
export type House = z.infer<typeof House>;

/** One line of the wire: the answer to a question that had this number, or something that changed by itself. */
export const Line = z.union([
  z.object({ answer: z.number().int(), ok: z.unknown().optional(), error: z.string().optional() }),
  z.object({ changed: Thing }),
]);
export type Line = z.infer<typeof Line>;
