import { z } from "zod";
import { Moment, RoomId } from "./ids.ts";
import { EntityKind } from "./model.ts";
import { EvidenceKind } from "./scopes.ts";

/** The make's own word for what is measured or done, such as `motion` or `energy`. */
export const DeviceClass = z
  .string()
  .trim()
  .min(1)
  .max(50)
  .regex(/^[\w.:-]+$/, "is a word such as motion or energy");

/** What the homeowner leaves out of `view`, and how we know. One of `roomId`, `kind` and `deviceClass` is set. */
export const ViewLimit = z.object({
  roomId: RoomId.nullable(),
  roomName: z.string().nullable(),
  kind: EntityKind.nullable(),
  deviceClass: z.string().nullable(),
  evidence: EvidenceKind,
  evidenceNote: z.string().nullable(),
  givenBy: z.string(),
  setBy: z.string(),
  setAt: Moment,
});
export type ViewLimit = z.infer<typeof ViewLimit>;
