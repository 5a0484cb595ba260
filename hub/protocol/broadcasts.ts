import { z } from "zod";
import { Problem } from "./errors.ts";
import { DeviceId, EntityId, GatewayId, Moment, RunId, SiteId } from "./ids.ts";
import { Attributes, AvailabilityValue, Device, EntityState, Integration, Room } from "./model.ts";
import { RunDetails, RunEvent, RunSummary } from "./runs.ts";
import { Gateway, SiteRow } from "./sites.ts";

/**
 * Watching. A client emits `watch` with a room and is answered a snapshot with an epoch and a number; from then on
 * each delta of that room carries the next number. Another epoch, or a number that is not the next, means: watch again.
 * Only the log of a run is replayed, from `since`. `docs/live.md` says this for people who write another client.
 */
export const WatchRequest = z.discriminatedUnion("room", [
  z.strictObject({ room: z.literal("fleet") }),
  z.strictObject({ room: z.literal("site"), siteId: SiteId }),
  z.strictObject({ room: z.literal("run"), runId: RunId, since: z.number().int().min(0).default(0) }),
]);
export type WatchRequest = z.infer<typeof WatchRequest>;

const numbered = { epoch: z.string(), number: z.number().int() };

export const FleetSnapshot = z.object({
  ...numbered,
  room: z.literal("fleet"),
  sites: z.array(SiteRow),
  runs: z.array(RunSummary),
});
export type FleetSnapshot = z.infer<typeof FleetSnapshot>;

export const SiteSnapshot = z.object({
  ...numbered,
  room: z.literal("site"),
  siteId: SiteId,
  row: SiteRow,
  gateways: z.array(Gateway),
  rooms: z.array(Room),
  integrations: z.array(Integration),
  devices: z.array(Device),
  entities: z.array(EntityState),
  runs: z.array(RunSummary),
});
export type SiteSnapshot = z.infer<typeof SiteSnapshot>;

export const RunSnapshot = z.object({
  ...numbered,
  room: z.literal("run"),
  run: RunDetails,
  events: z.array(RunEvent),
});
export type RunSnapshot = z.infer<typeof RunSnapshot>;

export const WatchSnapshot = z.discriminatedUnion("room", [FleetSnapshot, SiteSnapshot, RunSnapshot]);
export type WatchSnapshot = z.infer<typeof WatchSnapshot>;

export const WatchAnswer = z.union([
  z.object({ ok: z.literal(true), snapshot: WatchSnapshot }),
  z.object({ ok: z.literal(false), problem: Problem }),
]);
export type WatchAnswer = z.infer<typeof WatchAnswer>;

/**
 * One entity's change; absent fields did not change. Moments are milliseconds since 1970: these are many. `since` stands
 * for both of them unless `reportedAt` follows.
 */
export const EntityChange = z.object({
  id: EntityId,
  state: z.string().nullable().optional(),
  availability: AvailabilityValue.optional(),
  attributes: Attributes.optional(),
  removedAttributes: z.array(z.string()).optional(),
  since: z.number().optional(),
  reportedAt: z.number().optional(),
});
export type EntityChange = z.infer<typeof EntityChange>;

/** What changed at one site since the number before. Rows are whole; `entities` are changes. */
export const SiteDelta = z.object({
  ...numbered,
  siteId: SiteId,
  entities: z.array(EntityChange).optional(),
  row: SiteRow.optional(),
  gateways: z.array(Gateway).optional(),
  integrations: z.array(Integration).optional(),
  devices: z.array(Device).optional(),
  runs: z.array(RunSummary).optional(),
  removed: z
    .object({
      gateways: z.array(GatewayId).optional(),
      devices: z.array(DeviceId).optional(),
      entities: z.array(EntityId).optional(),
    })
    .optional(),
});
export type SiteDelta = z.infer<typeof SiteDelta>;

export const FleetDelta = z.object({
  ...numbered,
  sites: z.array(SiteRow).optional(),
  removed: z.array(SiteId).optional(),
  runs: z.array(RunSummary).optional(),
});
export type FleetDelta = z.infer<typeof FleetDelta>;

export const RunDelta = z.object({ ...numbered, runId: RunId, run: RunSummary.optional(), events: z.array(RunEvent) });
export type RunDelta = z.infer<typeof RunDelta>;

/** Why a room is no longer watched. The client may ask again, and will be told if it may. */
export const RoomClosed = z.object({
  room: WatchRequest,
  reason: z.enum(["view_withdrawn", "removed", "not_allowed", "too_slow", "inventory_changed"]),
});
export type RoomClosed = z.infer<typeof RoomClosed>;

/**
 * What the hub says by itself. Deltas come in lists: one frame may hold the changes of many homes.
 * `live.closing` comes before the socket is closed: signed out, disabled, or the hub stops.
 */
export const broadcasts = {
  "sites.changed": z.array(SiteDelta),
  "fleet.changed": FleetDelta,
  "run.stepped": RunDelta,
  /** To whoever watches the site: its agent came, went, or said something else of its home. `agent.get` says what. */
  "agent.changed": z.object({ siteId: SiteId }),
  "room.closed": RoomClosed,
  "live.closing": z.object({
    reason: z.enum(["signed_out", "not_allowed", "shutting_down", "session_expired"]),
    at: Moment,
  }),
} as const;

export type BroadcastName = keyof typeof broadcasts;

/** Socket.IO's type parameters on both sides. */
export type ServerToClientEvents = { [N in BroadcastName]: (message: z.infer<(typeof broadcasts)[N]>) => void };
export interface ClientToServerEvents {
  watch: (request: unknown, answer: (answer: WatchAnswer) => void) => void;
  unwatch: (request: unknown, answer?: (answer: { ok: boolean }) => void) => void;
}
