import { CaretakerError, type ConsentRequestId, type ConsentView, type SiteId } from "@caretaker/protocol";
import { opensWith, unknownLink } from "./open-request.ts";
import type { ConsentDeps } from "./types.ts";
import { view } from "./view.ts";

/** A question that can be answered with a passkey now, as the agent in the home knows it. */
export interface Signable {
  readonly siteId: SiteId;
  readonly requestId: ConsentRequestId;
  readonly digest: string;
  readonly proposalCode: string;
}

/** The question that this link shows. Looked at before the agent is asked, so that it takes no yes that is none here. */
export async function signable(deps: ConsentDeps, token: string): Promise<Signable> {
  const { canAnswer, takesPasskey, status, proposalCode } = await view(deps, token);
  // What was allowed by another way can be signed while its run waits for that, and nothing else can be answered of it.
  if (!canAnswer && !takesPasskey) throw whyNot(status);
  if (!takesPasskey)
    throw new CaretakerError("not_available_here", "The box in the home takes no passkey for this at the moment.");
  const found = await deps.db
    .selectFrom("consentRequest")
    .select(["id", "siteId", "digest"])
    .where(opensWith(token))
    .executeTakeFirst();
  if (found === undefined) throw unknownLink();
  const { id, siteId, digest } = found;
  return { siteId: siteId as SiteId, requestId: id as ConsentRequestId, digest, proposalCode };
}

function whyNot(status: ConsentView["status"]): CaretakerError {
  if (status === "asked") return new CaretakerError("not_allowed", "This cannot be answered from here at the moment.");
  const isOver = status === "expired" || status === "over";
  return isOver
    ? new CaretakerError("gone", "The time to answer this is over. Nothing is done without a new question.")
    : new CaretakerError("already_done", "This was answered before, and an answer counts once.");
}
