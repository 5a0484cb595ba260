import type { ConsentRequestId, RunId, SiteId } from "@caretaker/protocol";
import { CaretakerError } from "@caretaker/protocol";
import type { ExpressionBuilder, Selectable } from "kysely";
import type { Announcement } from "../announcements.ts";
import { type Trx, transaction } from "../db/database.ts";
import type { Tables } from "../db/tables.ts";
import { hashToken } from "./token.ts";
import type { ConsentDeps } from "./types.ts";

export type RequestRow = Selectable<Tables["consentRequest"]> & {
  readonly id: ConsentRequestId;
  readonly runId: RunId;
  readonly siteId: SiteId;
};

/** A request, locked together with its run for as long as the transaction lasts. */
export interface OpenRequest {
  readonly trx: Trx;
  readonly request: RequestRow;
  readonly runHasEnded: boolean;
  /** The database's clock once the locks were had. */
  readonly now: Date;
}

/** The same words for a link that never was, one that is too old, and one of another hub: they give nothing away. */
export function unknownLink(): CaretakerError {
  return new CaretakerError(
    "not_found",
    "This link does not work. Please open the link in the newest message that you have, or call whoever sent it.",
  );
}

/**
 * Does `work` with the request that a token opens. The run is locked before the request, in the order of the gate, so
 * that the two never wait for each other. What `work` returns is announced after the commit.
 */
export async function withOpenRequest(
  deps: ConsentDeps,
  token: string,
  work: (open: OpenRequest) => Promise<readonly Announcement[]>,
): Promise<void> {
  const announcements = await transaction(deps.db, async (trx) => {
    const found = await trx
      .selectFrom("consentRequest")
      .select(["id", "runId"])
      .where(opensWith(token))
      .executeTakeFirst();
    if (found === undefined) throw unknownLink();
    const open = await lockRequest(deps, trx, found);
    if (open.now.getTime() >= Date.parse(open.request.linkUntil)) throw unknownLink();
    return work(open);
  });
  for (const announcement of announcements) deps.announcements.announce(announcement);
}

/** The link of the question, or the one to stop what was allowed on the phone: both show and stop the same. */
export function opensWith(token: string) {
  const hash = hashToken(token);
  return (where: ExpressionBuilder<Tables, "consentRequest">) =>
    where.or([where("tokenHash", "=", hash), where("stopTokenHash", "=", hash)]);
}

export async function lockRequest(
  deps: Pick<ConsentDeps, "now">,
  trx: Trx,
  { id, runId }: { id: string; runId: string },
): Promise<OpenRequest> {
  const run = await trx
    .selectFrom("run")
    .select(["status", "siteId"])
    .where("id", "=", runId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  // A no concerns the whole home: acts of its other runs wait for it here, or are before it.
  await trx.selectFrom("site").select("id").where("id", "=", run.siteId).forNoKeyUpdate().executeTakeFirstOrThrow();
  const request = await trx
    .selectFrom("consentRequest")
    .selectAll()
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return {
    trx,
    request: request as RequestRow,
    runHasEnded: run.status === "finished" || run.status === "cancelled",
    now: await deps.now(trx),
  };
}
