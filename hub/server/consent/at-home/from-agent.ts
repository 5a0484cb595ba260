import {
  type AgentAnswer,
  type AgentWay,
  type ConsentRequestId,
  isCaretakerError,
  type SiteId,
} from "@caretaker/protocol";
import { transaction } from "../../db/database.ts";
import { shortCode } from "../../ledger/canonical.ts";
import { confirmAllowed, takeAnswer, withdraw } from "../answer.ts";
import { lockRequest } from "../open-request.ts";
import type { ConsentDeps } from "../types.ts";
import { AT_HOME, SIGNED, waitsForHome } from "./yes-at-home.ts";

/** What somebody of a home said to the agent there, on its page or in Home Assistant. */
export interface SaidAtHome {
  readonly siteId: SiteId;
  readonly requestId: ConsentRequestId;
  /** Of the proposal that was shown. */
  readonly digest: string;
  readonly answer: AgentAnswer;
  readonly way: AgentWay;
  /** With which passkey, where it was one: the first letters of its key's digest. */
  readonly passkey?: string | undefined;
  readonly agentId: string;
  readonly fingerprint: string;
}

/**
 * Takes an answer that came over the line of the home's own agent: whoever gave it stood in the home and knew its PIN, signed with a passkey that it knows, or
 * is signed in to its Home Assistant. Counts once, and for the proposal that was shown. Returns what became of it.
 */
export async function takeFromAgent(deps: ConsentDeps, said: SaidAtHome): Promise<"taken" | "refused" | "unknown"> {
  const { siteId, requestId, answer, agentId, fingerprint, passkey } = said;
  const evidence = { agentId, fingerprint, ...(passkey === undefined ? {} : { passkey }) };
  const way = { channel: said.way, grade: said.way === "passkey" ? SIGNED : AT_HOME, evidence };
  try {
    const told = await transaction(deps.db, async (trx) => {
      const found = await trx
        .selectFrom("consentRequest")
        .select(["id", "runId"])
        .where("id", "=", requestId)
        .where("siteId", "=", siteId)
        .executeTakeFirst();
      if (found === undefined) return null;
      const open = await lockRequest(deps, trx, found);
      if (answer === "stop") return withdraw(deps, open, way);
      if (open.request.digest !== said.digest) return null;
      if (await waitsForHome(open))
        return answer === "allow" ? confirmAllowed(deps, open, way) : withdraw(deps, open, way);
      return takeAnswer(deps, open, { answer, proposalCode: shortCode(said.digest), way });
    });
    if (told === null) return "unknown";
    for (const announcement of told) deps.announcements.announce(announcement);
    deps.announcements.announce({ type: "message.due" });
    return "taken";
  } catch (error) {
    const isLate = (["gone", "already_done", "not_allowed", "changed_meanwhile"] as const).some((code) =>
      isCaretakerError(error, code),
    );
    if (isLate) return "refused";
    throw error;
  }
}
