import { z } from "zod";
import { ApprovalId, GatewayId, Moment, PersonId, RolloutId, RunbookId, RunId, SiteId } from "./ids.ts";
import { Rehearsed, RunInputs, RunOutcome, RunStatus } from "./runs.ts";

/**
 * `working`: a wave goes on. `paused`: a wave has ended, and a person says whether the next one begins. `halted`: too many
 * homes did not end well. `stopped` by a person; `finished` when every home has had its turn.
 */
export const RolloutStatus = z.enum(["working", "paused", "halted", "stopped", "finished"]);
export type RolloutStatus = z.infer<typeof RolloutStatus>;

/** A home that has not had its turn yet is `planned`; one that could not be begun is `skipped`, with why. */
export const RolloutHomeStatus = z.enum(["planned", "started", "skipped"]);
export type RolloutHomeStatus = z.infer<typeof RolloutHomeStatus>;

/** What a rehearsal said of one fix. */
export const RolloutWish = Rehearsed.pick({
  capability: true,
  targetName: true,
  scope: true,
  felt: true,
  permission: true,
  permissionWords: true,
});
export type RolloutWish = z.infer<typeof RolloutWish>;

export const RolloutHome = z.object({
  siteId: SiteId,
  siteName: z.string(),
  gatewayId: GatewayId.nullable(),
  inputs: RunInputs,
  /** From 1 on. */
  wave: z.int(),
  status: RolloutHomeStatus,
  why: z.string().nullable(),
  run: z
    .object({
      id: RunId,
      number: z.int(),
      status: RunStatus,
      outcome: RunOutcome.nullable(),
      /** What its end says to a technician. */
      note: z.string().nullable(),
    })
    .nullable(),
  /** What a rehearsal would have done there, fix by fix. */
  would: z.array(RolloutWish),
});
export type RolloutHome = z.infer<typeof RolloutHome>;

/** One runbook in several homes, for one reason, in waves of one, five, and then a quarter of the whole. */
export const RolloutSummary = z.object({
  id: RolloutId,
  number: z.int(),
  runbook: RunbookId,
  runbookTitle: z.string(),
  runbookVersion: z.int(),
  reason: z.string(),
  status: RolloutStatus,
  /** Why it halted or was stopped, or what keeps it from going on. */
  why: z.string().nullable(),
  startedBy: z.string(),
  startedById: PersonId.nullable(),
  createdAt: Moment,
  finishedAt: Moment.nullable(),
  /** The wave that goes on, or went on last; from 1 on. */
  wave: z.int(),
  /** How many homes each wave has. */
  waves: z.array(z.int()),
  /** It halts when so many homes did not end well. */
  haltAfter: z.int(),
  /** Whether the next wave begins by itself when every home of the one before ended well. */
  goesOn: z.boolean(),
  /** Every home has its turn at once, makes its checks and says what would be done. Nothing is done and nobody is asked. */
  isRehearsal: z.boolean(),
  counts: z.object({ planned: z.int(), open: z.int(), well: z.int(), ill: z.int(), notDone: z.int() }),
});
export type RolloutSummary = z.infer<typeof RolloutSummary>;

export const Rollout = RolloutSummary.extend({
  digest: z.string(),
  homes: z.array(RolloutHome),
  /** The second person that the next wave waits for, if it does. */
  approvalId: ApprovalId.nullable(),
  /** Whether the next wave makes more homes than one person may act in alone. */
  nextNeedsSecondPerson: z.boolean(),
});
export type Rollout = z.infer<typeof Rollout>;

/** What a home is looked through for, where an input names a thing: every home calls its own differently. */
export const ThingLike = z.strictObject({
  /** Of an integration: what kind it is, such as `hue`. */
  domain: z.string().min(1).max(100).optional(),
  /** Of a device. */
  make: z.string().min(1).max(200).optional(),
  model: z.string().min(1).max(200).optional(),
});
export type ThingLike = z.infer<typeof ThingLike>;

/** A home as it would take part: with its own things for the inputs, or why it cannot. */
export const RolloutCandidate = z.object({
  siteId: SiteId,
  siteName: z.string(),
  gatewayId: GatewayId.nullable(),
  inputs: RunInputs,
  why: z.string().nullable(),
});
export type RolloutCandidate = z.infer<typeof RolloutCandidate>;

/** What can be looked for, for an input that names a thing, with in how many homes there is such a one. */
export const ThingChoice = z.object({ like: ThingLike, label: z.string(), homes: z.int() });
export type ThingChoice = z.infer<typeof ThingChoice>;

const FIRST = 1;
const SECOND = 5;
const PART_OF_THE_WHOLE = 0.25;

/** How many homes each wave has: one, five, and then a quarter of the whole at a time. */
export function wavesOf(homes: number): number[] {
  const waves: number[] = [];
  for (let left = homes; left > 0; ) {
    const wanted = [FIRST, SECOND][waves.length] ?? Math.ceil(homes * PART_OF_THE_WHOLE);
    const size = Math.min(left, Math.max(1, wanted));
    waves.push(size);
    left -= size;
  }
  return waves;
}

/** In how many homes one person may have acts of `fix` and above done within an hour, before a second person has to look. */
export const HOMES_AN_HOUR = 5;
