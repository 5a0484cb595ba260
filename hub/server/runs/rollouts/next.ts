import {
  type Actor,
  type Approval,
  CaretakerError,
  type Rollout,
  type RolloutId,
  type RunId,
  type SiteId,
} from "@caretaker/protocol";
import type { Announcement } from "../../announcements.ts";
import { toApproval } from "../../approvals/handlers.ts";
import { requestApproval } from "../../approvals/request.ts";
import type { CarryOut } from "../../approvals/types.ts";
import { type Trx, transaction } from "../../db/database.ts";
import { actorText } from "../../ledger/actor.ts";
import { appendLedger } from "../../ledger/append.ts";
import { digestOf } from "../../ledger/canonical.ts";
import type { RolloutsDeps } from "./deps.ts";
import { type HomeRow, homesOf, lockRollout, type RolloutRow, readRollout } from "./rows.ts";
import { needsSecondPerson } from "./waves.ts";

interface NextWave {
  readonly rolloutId: RolloutId;
  /** The wave that the caller means: two people who press at the same moment begin one. */
  readonly wave: number;
  readonly reason: string;
  readonly actor: Actor;
}

/** Begins the next wave; where that makes more homes than one person may act in alone, a second person is asked first. */
export async function beginWave(
  deps: RolloutsDeps,
  { rolloutId, wave, reason, actor }: NextWave,
): Promise<{ rollout: Rollout; approval: Approval | null }> {
  const { approval, announcements } = await transaction(deps.db, async (trx) => {
    const now = await deps.now(trx);
    const row = await lockRollout(trx, rolloutId);
    refuseUnlessNext(row, wave);
    const homes = await homesOf(trx, [rolloutId]);
    if (homes.every((home) => home.wave < wave)) throw new CaretakerError("already_done", "That was the last wave.");
    if (needsSecondPerson(deps.library, row, homes, wave)) {
      const wish = {
        kind: "rollout.wave" as const,
        subject: rolloutId,
        title: titleOf(row, homes, wave),
        details: detailsOf(row, homes, wave, actor),
        siteIds: homes.filter((home) => home.wave === wave).map(({ siteId }) => siteId as SiteId),
        reason,
      };
      return { approval: toApproval(await requestApproval(deps, trx, wish, { actor, now }), now), announcements: [] };
    }
    return { approval: null, announcements: await begin(trx, row, { wave, by: starterOf(actor), actor, reason, now }) };
  });
  for (const announcement of announcements) deps.announcements.announce(announcement);
  return { rollout: await readRollout(deps, rolloutId), approval };
}

/** What a second person approved, exactly: that wave, of those homes, with that runbook and those inputs. */
export const beginApprovedWave: CarryOut = async (
  trx,
  { id: approvalId, subject, details, reason },
  { actor, now },
) => {
  const { wave, by, plan } = details as { wave: number; by: Starter; plan: string };
  const row = await lockRollout(trx, subject);
  refuseUnlessNext(row, wave);
  const homes = await homesOf(trx, [subject]);
  if (planDigest(row, homes, wave) !== plan) {
    throw new CaretakerError(
      "changed_meanwhile",
      "The wave is not what was asked for. Refuse it, and have it asked for anew.",
    );
  }
  await trx
    .updateTable("rolloutHome")
    .set({ approvalId })
    .where("rolloutId", "=", subject)
    .where("wave", "=", wave)
    .execute();
  return begin(trx, row, { wave, by, actor, reason, now });
};

interface Starter {
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

function starterOf(actor: Actor): Starter {
  if (actor.kind !== "person") throw new CaretakerError("not_allowed", "Only somebody who is signed in begins a wave.");
  return { id: actor.id, name: actor.name, role: actor.role };
}

async function begin(
  trx: Trx,
  row: RolloutRow,
  { wave, by, actor, reason, now }: { wave: number; by: Starter; actor: Actor; reason: string; now: Date },
): Promise<readonly Announcement[]> {
  await trx
    .updateTable("rollout")
    .set({ status: "working", why: null, wave, waveBy: JSON.stringify(by) })
    .where("id", "=", row.id)
    .execute();
  const payload = { rolloutId: row.id, number: row.number, wave, reason, startedBy: by.id };
  await appendLedger(trx, { chain: "firm", event: "rollout.wave", actor: actorText(actor), payload, now });
  return [{ type: "rollout.due", rolloutId: row.id as RolloutId }];
}

function refuseUnlessNext(row: RolloutRow, wave: number): void {
  if (row.status === "working") {
    throw new CaretakerError(
      "conflict",
      `Wave ${row.wave} still goes on. Wait until its homes have ended, or stop it.`,
    );
  }
  if (row.status === "stopped" || row.status === "finished") {
    throw new CaretakerError("already_done", `The rollout is ${row.status}.`);
  }
  if (wave !== row.wave + 1) {
    throw new CaretakerError("changed_meanwhile", `The next wave is wave ${row.wave + 1}. Load the page again.`);
  }
}

function titleOf(row: RolloutRow, homes: readonly HomeRow[], wave: number): string {
  const of = homes.filter((home) => home.wave === wave).map(({ siteName }) => siteName);
  const shown = of.length > 5 ? `${of.slice(0, 5).join(", ")} and ${of.length - 5} more` : of.join(", ");
  return `Begin wave ${wave} of ROLLOUT-${row.number}: ${row.title} (${row.runbook} version ${row.runbookVersion}) in ${of.length} homes: ${shown}`;
}

function detailsOf(row: RolloutRow, homes: readonly HomeRow[], wave: number, actor: Actor): Record<string, unknown> {
  const by = starterOf(actor);
  return { rolloutId: row.id, wave, by, runbookDigest: row.digest, plan: planDigest(row, homes, wave) };
}

function planDigest(row: RolloutRow, homes: readonly HomeRow[], wave: number): string {
  const those = homes
    .filter((home) => home.wave === wave)
    .map(({ siteId, gatewayId, inputs }) => ({ siteId, gatewayId, inputs }));
  return digestOf({ rolloutId: row.id, runbook: row.runbook, digest: row.digest, wave, homes: those });
}

/** No further home begins. What runs goes on to its end, or is stopped at its next safe point as well. */
export async function stopRollout(
  deps: RolloutsDeps,
  { rolloutId, alsoRuns, reason, actor }: Omit<NextWave, "wave"> & { readonly alsoRuns: boolean },
): Promise<Rollout> {
  const by = actorText(actor);
  const announcements = await transaction(deps.db, async (trx) => {
    const now = await deps.now(trx);
    const row = await lockRollout(trx, rolloutId);
    if (row.status === "stopped" || row.status === "finished")
      throw new CaretakerError("already_done", `The rollout is ${row.status} already.`);
    await trx
      .updateTable("rollout")
      .set({ status: "stopped", why: reason, finishedAt: now })
      .where("id", "=", rolloutId)
      .execute();
    await trx
      .updateTable("rolloutHome")
      .set({ status: "skipped", why: "The rollout was stopped before its turn." })
      .where("rolloutId", "=", rolloutId)
      .where("status", "=", "planned")
      .execute();
    const said: Announcement[] = [];
    const open = alsoRuns ? await openRuns(trx, rolloutId) : [];
    for (const runId of open) said.push(...(await deps.runs.stopRequested(trx, { runId, by, reason, now })));
    const payload = { rolloutId, number: row.number, reason, alsoRuns, stoppedRuns: open };
    await appendLedger(trx, { chain: "firm", event: "rollout.stopped", actor: by, payload, now });
    return said;
  });
  for (const announcement of announcements) deps.announcements.announce(announcement);
  return readRollout(deps, rolloutId);
}

async function openRuns(trx: Trx, rolloutId: string): Promise<RunId[]> {
  const rows = await trx
    .selectFrom("rolloutHome")
    .innerJoin("run", "run.id", "rolloutHome.runId")
    .select("run.id")
    .where("rolloutHome.rolloutId", "=", rolloutId)
    .where("run.status", "not in", ["finished", "cancelled"])
    .orderBy("run.id")
    .execute();
  return rows.map(({ id }) => id as RunId);
}
