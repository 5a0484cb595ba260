import { AgentWay, CAPABILITY_NAMES, ConsentRequestId, GatewayId, Moment, StoppedBy } from "@caretaker/protocol";
import { z } from "zod";
import { NamedThing } from "./home-state.ts";

/** One command of the hub's that was permitted: written before it is carried out, so that it never is a second time. */
export const BegunAct = z.strictObject({
  kind: z.literal("begun"),
  id: z.string(),
  at: Moment,
  expiresAt: Moment,
  gatewayId: GatewayId,
  capability: z.enum(CAPABILITY_NAMES),
  /** Canonical JSON. */
  input: z.string(),
  purpose: z.enum(["do", "undo", "settle"]),
  /** The yes it rests on; null where the hub's word alone was enough. */
  requestId: ConsentRequestId.nullable(),
  /** What may be repeated so that nothing stays dark, with the input that it needs. */
  settle: z.strictObject({ capability: z.enum(CAPABILITY_NAMES), input: z.string() }).nullable(),
});
export type BegunAct = z.infer<typeof BegunAct>;

export const EndedAct = z.strictObject({
  kind: z.literal("ended"),
  id: z.string(),
  at: Moment,
  outcome: z.enum(["done", "failed", "uncertain"]),
});
export type EndedAct = z.infer<typeof EndedAct>;

export const ActRecord = z.discriminatedUnion("kind", [BegunAct, EndedAct]);
export type ActRecord = z.infer<typeof ActRecord>;

/** What the page tells of what happened. */
export const JournalEntry = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("act"),
    at: Moment,
    id: z.string(),
    capability: z.enum(CAPABILITY_NAMES),
    thing: NamedThing,
    purpose: z.enum(["do", "undo", "settle"]),
    isAllowedHere: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal("ended"),
    at: Moment,
    id: z.string(),
    outcome: z.enum(["done", "failed", "uncertain"]),
  }),
  z.strictObject({
    kind: z.literal("answered"),
    at: Moment,
    technician: z.string(),
    answer: z.enum(["allow", "no"]),
    way: AgentWay,
    /** What the passkey is called that it was given with. */
    passkey: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("place"), at: Moment, place: z.string(), isAllowed: z.boolean() }),
  z.strictObject({ kind: z.enum(["passkey_added", "passkey_removed"]), at: Moment, name: z.string() }),
  z.strictObject({ kind: z.literal("hub_alone"), at: Moment, hubAlone: z.string() }),
  z.strictObject({
    kind: z.enum(["stopped", "allowed_again"]),
    at: Moment,
    /** Absent in what was written before it was kept. */
    by: StoppedBy.optional(),
  }),
  z.strictObject({
    kind: z.enum(["paired", "confirmed", "released", "help", "pin_rests", "token_made"]),
    at: Moment,
  }),
]);
export type JournalEntry = z.infer<typeof JournalEntry>;
