import {
  type CapabilityDeclaration,
  type CapabilityName,
  CaretakerError,
  type FixStep,
  type GatewayId,
  type HubAlone,
  type Proposal,
  type ProposedAct,
  raise,
  type Scope,
  type Step,
  scopeRank,
} from "@caretaker/protocol";
import { type At, type Item, itemsOf } from "./items.ts";
import { affectedBy, CUTS_POWER } from "./protect.ts";
import { raisedFor } from "./raises.ts";
import type { Ride } from "./ride.ts";
import type { Thing } from "./things.ts";
import { textsInWith } from "./values.ts";

/** One act as it would be sent now. */
export interface PlannedAct {
  readonly step: string;
  /** The one of the things that its step goes through; null where it goes through none. */
  readonly item: Item | null;
  readonly capability: CapabilityName;
  /** In the make's keys. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly gatewayId: GatewayId;
  readonly thing: Thing | null;
  /** What the step says; null leaves it to what the connector declares. */
  readonly timeoutSeconds: number | null;
  readonly declaration: CapabilityDeclaration;
  /** As the homeowner is asked for it, and as it is compared with what they allowed. */
  readonly proposed: ProposedAct;
}

export type Planned = { readonly ok: true; readonly act: PlannedAct } | { readonly ok: false; readonly why: string };

/** What a fix would do at this moment, with its targets found; or why that cannot be told. */
export async function planAct(ride: Ride, at: At<FixStep>, which: "do" | "undo" = "do"): Promise<Planned> {
  const { step, item } = at;
  const texts = [...textsInWith(step.with), ...(step.undo === null ? [] : textsInWith(step.undo.with))];
  const values = await ride.values(texts, at);
  const doing = await ride.give(step.do as CapabilityName, step.with, values);
  if (!doing.ok) return doing;
  const undoing = step.undo === null ? null : await ride.give(step.undo.do as CapabilityName, step.undo.with, values);
  if (undoing !== null && !undoing.ok) return undoing;
  const chosen = which === "undo" && undoing !== null ? undoing.given : doing.given;
  const capability = (which === "undo" && step.undo !== null ? step.undo.do : step.do) as CapabilityName;

  const gatewayId = chosen.thing?.gatewayId ?? (ride.row.gatewayId as GatewayId);
  if (chosen.thing !== null && chosen.thing.siteId !== ride.siteId)
    return { ok: false, why: "it belongs to another site" };
  const declaration = declarationOf(ride, gatewayId, capability);
  if (declaration === undefined) return { ok: false, why: `${capability} is not available here` };
  const { devices } = await affectedBy(ride.deps.db, ride.siteId, capability, chosen.thing);
  const raised = await raisedFor(ride.deps.db, ride.siteId, { capability, thing: chosen.thing, gatewayId }, devices);
  const isPrivate =
    raised.isPrivate || chosen.thing?.isPrivate === true || devices.some(({ hasPrivate }) => hasPrivate);
  const ofAgent = scopeForAgent(ride.deps.gateways.hubAloneAt?.(gatewayId) ?? null, declaration, isPrivate);
  const proposed: ProposedAct = {
    step: step.name,
    ...(item === null ? {} : { item: item.number }),
    capability,
    target: `${gatewayId}/${chosen.thing?.kind ?? "gateway"}/${chosen.thing?.key ?? gatewayId}`,
    targetName: chosen.thing?.name ?? (await gatewayName(ride, gatewayId)),
    input: { ...chosen.input },
    scope: [step.scope ?? "reach", raised.scope, ofAgent].reduce(raise, declaration.scope),
    private: isPrivate,
    tries: step.tries.times,
    felt: declaration.felt ?? null,
    undo:
      step.undo === null || undoing === null ? null : { capability: step.undo.do, input: { ...undoing.given.input } },
    irreversible: step.irreversible,
  };
  const { timeoutSeconds } = step;
  if (which === "do" && CUTS_POWER.has(capability) && chosen.thing?.isHidden && !proposed.private)
    return {
      ok: false,
      why: `${chosen.thing.name} is left out of what we see, so nobody could tell whether it is on again`,
    };
  return {
    ok: true,
    act: {
      step: step.name,
      item,
      capability,
      input: chosen.input,
      gatewayId,
      thing: chosen.thing,
      timeoutSeconds,
      declaration,
      proposed,
    },
  };
}

/**
 * All that the run can reach from a step on, as the homeowner is asked to allow it. What can only be known later, such
 * as a target that a later step finds, is left out and asks by itself when it is there.
 */
export async function proposalFrom(ride: Ride, step: Step): Promise<Proposal> {
  const acts: ProposedAct[] = [];
  for (const reached of ride.plan.reachableFrom(step.name)) {
    if (reached.kind !== "fix") continue;
    const through = await itemsOf(ride, reached);
    const items = through === null ? [null] : "items" in through ? through.items : [];
    for (const item of items) {
      const planned = await planAct(ride, { step: reached, item });
      if (planned.ok) acts.push(planned.act.proposed);
    }
  }
  return {
    format: 1,
    siteId: ride.siteId,
    runId: ride.runId,
    runbook: ride.row.runbook,
    runbookDigest: ride.row.digest,
    inputs: { ...ride.row.inputs },
    acts,
    scope: acts.map(({ scope }) => scope).reduce<Scope>((a, b) => (scopeRank(b) > scopeRank(a) ? b : a), "reach"),
    limitSeconds: ride.plan.runbook.limitSeconds,
    window: null,
    price: ride.row.price?.text ?? null,
  };
}

/**
 * A home whose agent wants a yes of its own for this is asked each time, whatever stands in the contract: the agent would
 * refuse it otherwise. It judges for itself; this only spares everybody the refusal.
 */
function scopeForAgent(hubAlone: HubAlone | null, { scope, felt }: CapabilityDeclaration, isPrivate: boolean): Scope {
  if (hubAlone === null || hubAlone === "all") return "reach";
  const isQuiet = scopeRank(scope) <= scopeRank("fix") && felt === undefined && !isPrivate;
  return hubAlone === "quiet" && isQuiet ? "reach" : "disruptive";
}

function declarationOf(
  ride: Ride,
  gatewayId: GatewayId,
  capability: CapabilityName,
): CapabilityDeclaration | undefined {
  try {
    return ride.deps.gateways.capabilitiesOf(gatewayId)[capability];
  } catch (error) {
    if (error instanceof CaretakerError) return undefined;
    throw error;
  }
}

async function gatewayName(ride: Ride, gatewayId: GatewayId): Promise<string> {
  const row = await ride.deps.db.selectFrom("gateway").select("name").where("id", "=", gatewayId).executeTakeFirst();
  return row?.name ?? "";
}
