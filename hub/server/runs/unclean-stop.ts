import type { RunId } from "@caretaker/protocol";
import type { Announcement } from "../announcements.ts";
import { transaction } from "../db/database.ts";
import { requestStop } from "./answers.ts";
import type { RunsDeps } from "./deps.ts";

const WHY =
  "The machine stopped without warning while this ran. Look what became of it, and start it again where it is still needed.";

/**
 * The machine went down under the last hub, or a backup was restored: what was allowed once is void, and what had begun
 * to act is proven and then stopped. Nothing acts by itself after it; runs that only looked or waited go on.
 */
export async function afterUncleanStop(deps: RunsDeps): Promise<{ readonly stopped: number; readonly voided: number }> {
  const { announcements, ...counted } = await transaction(deps.db, async (trx) => {
    const now = await deps.now(trx);
    const voided = await deps.consent.voidGrants(trx, { why: WHY, now });
    const acted = await trx
      .selectFrom("run")
      .select("id")
      .where("status", "not in", ["finished", "cancelled"])
      .where((where) =>
        where.exists(where.selectFrom("attempt").select("attempt.id").whereRef("attempt.runId", "=", "run.id")),
      )
      .orderBy("id")
      .execute();
    const said: Announcement[] = [];
    for (const { id } of acted)
      said.push(...(await requestStop(trx, { runId: id as RunId, by: "hub", reason: WHY, now })));
    return { stopped: acted.length, voided, announcements: said };
  });
  for (const announcement of announcements) deps.announcements.announce(announcement);
  if (counted.stopped + counted.voided > 0)
    deps.log.warn(counted, "The machine had stopped without warning: runs that had acted are stopped.");
  return counted;
}
