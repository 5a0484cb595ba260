import type { Consent } from "../consent/types.ts";
import { type Database, now, transaction } from "../db/database.ts";
import type { Log } from "../log.ts";

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
  const grants = await transaction(deps.db, async (trx) =>
    deps.consent.voidGrants(trx, { why: WHY, now: await now(trx) }),
  );
  deps.log.warn(
    { grants },
    "The machine went down while the hub ran. What homeowners had allowed once is void, and they are asked again.",
  );
}
