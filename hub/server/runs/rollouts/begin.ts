import {
  type Actor,
  CaretakerError,
  type FieldMistake,
  type GatewayId,
  inLanguage,
  type Rollout,
  type RolloutId,
  type RunbookId,
  type RunInputs,
  type SiteId,
  wavesOf,
} from "@caretaker/protocol";
import { type Trx, transaction } from "../../db/database.ts";
import { newId } from "../../db/new-id.ts";
import { actorText } from "../../ledger/actor.ts";
import { appendLedger } from "../../ledger/append.ts";
import { runnable } from "../start.ts";
import { judge } from "./candidates.ts";
import type { RolloutsDeps } from "./deps.ts";
import { readRollout } from "./rows.ts";
import { waveOf } from "./waves.ts";

export interface StartRollout {
  readonly runbook: RunbookId;
  readonly homes: readonly {
    readonly siteId: SiteId;
    readonly gatewayId?: GatewayId | undefined;
    readonly inputs: RunInputs;
  }[];
  readonly reason: string;
  readonly haltAfter: number;
  readonly goesOn: boolean;
  readonly rehearse?: boolean;
  readonly actor: Actor;
}

interface Joining {
  readonly siteId: SiteId;
  readonly gatewayId: GatewayId | null;
  readonly inputs: RunInputs;
}

/**
 * Takes a rollout on; its first wave begins at once. A home that cannot take part now is kept with why and has no turn,
 * and the whole is refused only where no home can.
 */
export async function startRollout(deps: RolloutsDeps, request: StartRollout): Promise<Rollout> {
  const { db, library } = deps;
  refuseTwice(request.homes);
  await library.refresh?.();
  const found = runnable(library, request.runbook);
  const judged = [];
  for (const { siteId, gatewayId = null, inputs } of request.homes) {
    judged.push(await judge(deps, found, { siteId, siteName: "", gatewayId, inputs }));
  }
  const able = judged.filter(({ why }) => why === null);
  if (able.length === 0) throw noneCan(judged.map(({ why }) => why ?? ""));
  const unable = judged.filter((home): home is typeof home & { why: string } => home.why !== null);
  const id = await transaction(db, async (trx) => {
    const now = await deps.now(trx);
    const rollout = await insertRollout(trx, request, found, now);
    // Nothing can go wrong in many homes at once where nothing is done.
    const waves = request.rehearse ? [able.length] : wavesOf(able.length);
    await insertHomes(trx, rollout.id, waves, able, unable);
    await appendLedger(trx, {
      chain: "firm",
      event: "rollout.started",
      actor: actorText(request.actor),
      payload: {
        rolloutId: rollout.id,
        number: rollout.number,
        runbook: found.id,
        version: found.runbook.version,
        digest: found.digest,
        reason: request.reason,
        haltAfter: request.haltAfter,
        goesOn: request.goesOn,
        isRehearsal: request.rehearse ?? false,
        siteIds: able.map(({ siteId }) => siteId),
      },
      now,
    });
    return rollout.id;
  });
  deps.announcements.announce({ type: "rollout.due", rolloutId: id as RolloutId });
  return readRollout(deps, id);
}

function refuseTwice(homes: StartRollout["homes"]): void {
  const seen = new Set<string>();
  const fields: FieldMistake[] = [];
  for (const [index, { siteId }] of homes.entries()) {
    if (seen.has(siteId)) fields.push({ path: `homes.${index}.siteId`, message: "is in the list twice" });
    seen.add(siteId);
  }
  if (fields.length > 0) throw new CaretakerError("invalid_input", "A home has one turn only.", { fields });
}

function noneCan(reasons: readonly string[]): CaretakerError {
  const fields = reasons.map((message, index) => ({ path: `homes.${index}`, message }));
  return new CaretakerError("invalid_input", `None of these homes can take part: ${reasons[0] ?? ""}`, { fields });
}

async function insertRollout(
  trx: Trx,
  { reason, haltAfter, goesOn, rehearse: isRehearsal = false, actor }: StartRollout,
  { runbook, digest }: ReturnType<typeof runnable>,
  now: Date,
): Promise<{ id: string; number: number }> {
  if (actor.kind !== "person")
    throw new CaretakerError("not_allowed", "Only somebody who is signed in begins a rollout.");
  const { id: personId, name, role } = actor;
  return trx
    .insertInto("rollout")
    .values({
      id: newId<RolloutId>(now.getTime()),
      runbook: runbook.id,
      runbookVersion: runbook.version,
      digest,
      title: inLanguage(runbook.title, "en"),
      reason,
      status: "working",
      startedBy: actorText(actor),
      startedById: personId,
      wave: 1,
      waveBy: JSON.stringify({ id: personId, name, role }),
      haltAfter,
      goesOn,
      isRehearsal,
      createdAt: now,
    })
    .returning(["id", "number"])
    .executeTakeFirstOrThrow();
}

async function insertHomes(
  trx: Trx,
  rolloutId: string,
  waves: readonly number[],
  able: readonly Joining[],
  unable: readonly (Joining & { readonly why: string })[],
): Promise<void> {
  const row = ({ siteId, gatewayId, inputs }: Joining, place: number) => ({
    rolloutId,
    siteId,
    place,
    gatewayId,
    inputs: JSON.stringify(inputs),
  });
  const rows = [
    ...able.map((home, at) => ({
      ...row(home, at + 1),
      wave: waveOf(at + 1, waves),
      status: "planned" as const,
      why: null,
    })),
    // They stand beside the first wave, so that they are seen before anything goes on.
    ...unable.map((home, at) => ({
      ...row(home, able.length + at + 1),
      wave: 1,
      status: "skipped" as const,
      why: home.why,
    })),
  ];
  await trx.insertInto("rolloutHome").values(rows).execute();
}
