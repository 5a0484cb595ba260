import { z } from "zod";
import { Moment } from "./ids.ts";

/** What acts can be stopped for. The subject of a firm's freeze is `firm`; of the others an id. */
export const FreezeKind = z.enum(["firm", "site", "connector", "runbook", "person"]);
export type FreezeKind = z.infer<typeof FreezeKind>;

/** No act is sent for what is frozen, until a second person has agreed to lift it. A freeze has no end of its own. */
export const Freeze = z.object({
  kind: FreezeKind,
  subject: z.string(),
  /** The subject as people call it. */
  name: z.string(),
  reason: z.string(),
  frozenBy: z.string(),
  frozenAt: Moment,
});
export type Freeze = z.infer<typeof Freeze>;
