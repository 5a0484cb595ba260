import { Health } from "@caretaker/protocol";
import { z } from "zod";

export const FLEET_SORTS = ["worst", "name", "town", "unavailable", "seen"] as const;
export type FleetSort = (typeof FLEET_SORTS)[number];

/** What the address bar holds of the fleet page, so that a view can be pasted into a chat. */
export const FleetSearch = z.object({
  q: z.coerce.string().optional().catch(undefined),
  health: Health.optional().catch(undefined),
  sort: z.enum(FLEET_SORTS).optional().catch(undefined),
});
export type FleetSearch = z.infer<typeof FleetSearch>;
