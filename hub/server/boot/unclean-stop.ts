import type { Consent } from "../consent/types.ts";
import { type Database, now, transaction } from "../db/database.ts";
import type { Log } from "../log.ts";
import { beginStandstill } from "../standstill/standstill.ts";

const WHY = "The machine of the hub went down while it ran, so nobody knows how much of this was used.";

/**
 * After the machine went down under the hub: what was allowed once is void, before any run goes on. Runs that were sending
 * something find that out themselves, and their verify decides.
 */
export async function dealWithUncleanStop(deps: {
  readonly db: Database;
  readonly consent: Pick<Consent, "voidGrants">;
  readonly log: Pick<Log, "warn">;
}): Promise<void> {
  const grants = await transaction(deps.db, async (trx) => {
    const at = await now(trx);
    await beginStandstill(trx, { why: "unclean_stop", since: at.toISOString(), backupOf: null });
    return deps.consent.voidGrants(trx, { end: "hub_went_down", why: WHY, now: at });
  });
  deps.log.warn(
    { grants },
    "The machine went down while the hub ran. What homeowners had allowed once is void, they are asked again, and nothing starts by itself until a person says so.",
  );
}
