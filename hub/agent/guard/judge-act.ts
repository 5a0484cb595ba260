import { CAPABILITIES, type CapabilityName, HUB_ALONE, type HubAlone, scopeRank } from "@caretaker/protocol";
import { canonicalJson } from "@caretaker/reach/canonical.ts";
import type { BegunAct } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { Acts } from "./acts.ts";
import { judgeGrant } from "./grants.ts";
import type { GuardedAct } from "./guard.ts";
import type { Inventories } from "./inventories.ts";
import { refusal } from "./refusal.ts";

/** By which an act is judged: what is kept, what was done, and what the home reported of itself. */
interface Known {
  readonly store: Store;
  readonly acts: Acts;
  readonly inventories: Inventories;
}

export function isAtLeast(hubAlone: HubAlone, least: HubAlone): boolean {
  return HUB_ALONE.indexOf(hubAlone) >= HUB_ALONE.indexOf(least);
}

/** Whether the home chose that the hub's word is enough for it. */
export function isHubEnough({ gatewayId, capability, input, declaration }: GuardedAct, known: Known): boolean {
  const { hubAlone } = known.store.home;
  if (hubAlone === "all") return true;
  const isQuiet = scopeRank(declaration.scope) <= scopeRank("fix") && declaration.felt === undefined;
  return isQuiet && isAtLeast(hubAlone, "quiet") && !known.inventories.touchesPrivate(gatewayId, capability, input);
}

/** Throws unless somebody of the home said yes to this very act. */
export function checkGranted(act: GuardedAct, { store, acts, inventories }: Known): void {
  const { gatewayId, capability, input, requestId } = act;
  if (requestId === null)
    throw refusal("consent_missing", "In this home somebody has to allow this on the agent's page first.");
  const kept = store.home.questions.find(({ question }) => question.requestId === requestId);
  const verdict = judgeGrant(kept, act, {
    siteId: store.home.pairing?.siteId ?? "",
    made: acts.under(requestId),
    touchesPrivate: inventories.touchesPrivate(gatewayId, capability, input),
    now: store.time.now(),
  });
  if (!verdict.permits) throw refusal(verdict.code, verdict.why);
}

/** Only what was cut here is switched on again, and that also after Stop: no home stays dark. */
export function checkSettles({ gatewayId, capability, input }: GuardedAct, { acts }: Known): void {
  if (!acts.isSettling(gatewayId, capability, canonicalJson(input)))
    throw refusal("consent_missing", "Nothing was done here that this would settle.");
}

/** What is kept of it, from before it is carried out. */
export function recordOf(act: GuardedAct, isAllowedHere: boolean): Omit<BegunAct, "kind" | "at"> {
  const { attemptId: id, expiresAt, gatewayId, capability, purpose, requestId } = act;
  const input = canonicalJson(act.input);
  const grant = isAllowedHere ? requestId : null;
  return { id, expiresAt, gatewayId, capability, input, purpose, requestId: grant, settle: settleOf(act) };
}

/** What its make says may be repeated so that nothing stays dark, with as much of the input as that needs. */
function settleOf({ declaration, input }: GuardedAct): { capability: CapabilityName; input: string } | null {
  const { settle } = declaration;
  if (settle === undefined) return null;
  const fields = Object.keys(CAPABILITIES[settle].input.shape).filter((field) => Object.hasOwn(input, field));
  return { capability: settle, input: canonicalJson(Object.fromEntries(fields.map((field) => [field, input[field]]))) };
}
