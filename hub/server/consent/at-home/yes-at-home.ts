import type { ConsentRequestId } from "@caretaker/protocol";
import type { Database, Trx } from "../../db/database.ts";
import { ANSWER_WITHIN, after, statusAt } from "../clocks.ts";
import type { RequestRow } from "../open-request.ts";

/** As `code` of a run's `fix.refused`: the homeowner is told of it in words of their own. */
export const WANTS_YES_AT_HOME = "wants_yes_at_home";

/** How an answer is known that was given in the home, over the line of its agent. */
export const AT_HOME = "H";
/** And by a passkey of the household, whose signature the agent itself looked at. */
export const SIGNED = "A";

const TAKEN_BY_AGENT: readonly (string | null)[] = [AT_HOME, SIGNED];

/** See `Consent.waitAtHome`. The run is locked. */
export async function waitAtHome(
  trx: Trx,
  { requestId, now }: { requestId: ConsentRequestId; now: Date },
): Promise<Date | null> {
  const request = await trx
    .selectFrom("consentRequest")
    .selectAll()
    .where("id", "=", requestId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (TAKEN_BY_AGENT.includes(request.grade) || statusAt(request, now) !== "allowed") return null;
  const isUnderWay = await hasActed(trx, requestId);
  if (isUnderWay && request.endsAt !== null) return new Date(request.endsAt);
  const { window } = request.proposal;
  const until = window == null ? after(now, ANSWER_WITHIN) : new Date(window.to);
  await trx
    .updateTable("consentRequest")
    .set({ firstActAt: null, endsAt: null, startBy: until })
    .where("id", "=", requestId)
    .execute();
  return until;
}

/** Whether anything left the hub on this yes: then its window goes on. */
async function hasActed(trx: Trx, requestId: string): Promise<boolean> {
  const attempt = await trx
    .selectFrom("attempt")
    .select("id")
    .where((where) => where(where.ref("consent", "->>").key("requestId"), "=", requestId))
    .where("status", "<>", "refused")
    .limit(1)
    .executeTakeFirst();
  return attempt !== undefined;
}

/** Whether the run of this request waits for the home's own yes to it, after it was allowed by another way. */
export async function waitsForHome({
  trx,
  request,
}: {
  readonly trx: Database;
  readonly request: { readonly id: string; readonly runId: string } & Pick<RequestRow, "status" | "grade">;
}): Promise<boolean> {
  if (request.status !== "allowed" || TAKEN_BY_AGENT.includes(request.grade)) return false;
  const run = await trx
    .selectFrom("run")
    .select(["status", "memory"])
    .where("id", "=", request.runId)
    .executeTakeFirst();
  const question = (run?.memory as { question?: string | null } | undefined)?.question;
  return run?.status === "waiting_for_consent" && question === request.id;
}
