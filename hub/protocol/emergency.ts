import { z } from "zod";
import type { ActionName } from "./capabilities.ts";
import { Moment } from "./ids.ts";

/** What a household may agree to for an emergency: a narrow list, and never anything private. */
export const EMERGENCY_ACTS = [
  "integration.reload",
  "entity.refresh",
  "power.cycle",
  "power.on",
  "gateway.restart",
] as const satisfies readonly ActionName[];
export const EmergencyAct = z.enum(EMERGENCY_ACTS);
export type EmergencyAct = z.infer<typeof EmergencyAct>;

/** How we know that the household agreed: in writing. */
export const EmergencyEvidence = z.enum(["contract", "signed_form"]);

/** What two people of the firm may do where nobody of the home can be asked in time. Off unless it was agreed. */
export const EmergencyConsent = z.object({
  capabilities: z.array(EmergencyAct),
  atNight: z.boolean(),
  evidence: EmergencyEvidence,
  evidenceNote: z.string().nullable(),
  givenBy: z.string(),
  setBy: z.string(),
  setAt: Moment,
  /** It cannot be used before: the household was told, and has time to object. */
  restsUntil: Moment,
});
export type EmergencyConsent = z.infer<typeof EmergencyConsent>;
