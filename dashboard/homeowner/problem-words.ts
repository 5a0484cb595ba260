import type { PageProblem } from "./api.ts";
import type { PageWords } from "./words/index.ts";

/** What went wrong, in the reader's language, with what to do. */
export function problemWords({ problems }: PageWords, code: PageProblem["code"]): string {
  switch (code) {
    case "offline":
    case "database_unavailable":
    case "shutting_down":
      return problems.offline;
    case "already_done":
      return problems.answeredBefore;
    case "gone":
      return problems.tooLate;
    case "invalid_input":
      return problems.badTime;
    case "changed_meanwhile":
      return problems.changed;
    case "gateway_unreachable":
    case "gateway_lost":
    case "gateway_timeout":
    case "not_available_here":
      return problems.boxAway;
    case "conflict":
      return problems.notYet;
    case "passkey_cancelled":
      return problems.passkeyCancelled;
    case "passkey_known":
      return problems.passkeyKnown;
    case "passkey_device":
      return problems.passkeyDevice;
    case "not_allowed":
      return problems.notAllowed;
    case "too_many_requests":
      return problems.tooMany;
    default:
      return problems.other;
  }
}
