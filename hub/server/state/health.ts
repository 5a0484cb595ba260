import type { GatewayState, Health, Illness, Reason } from "@caretaker/protocol";

export interface IntegrationCondition {
  readonly name: string;
  readonly state: string;
  readonly needsSignIn: boolean;
  readonly isDisabled: boolean;
  /** Enabled entities that should answer, and those of them that do not: without what may sleep. */
  readonly entities: number;
  readonly unavailable: number;
  /** When the last of them stopped answering; null when nobody said. */
  readonly silentSince: number | null;
}

export interface GatewayCondition {
  readonly name: string;
  readonly state: GatewayState;
  readonly reason: Reason;
  readonly since: number;
  readonly software: "running" | "starting" | "stopping" | "recovery";
  /** It said what there is and how all of it is, since the hub started. */
  readonly hasTold: boolean;
  readonly integrations: readonly IntegrationCondition[];
  readonly unavailable: number;
}

/** `since` is null where the facts do not say when it began. */
export interface Verdict {
  readonly health: Health;
  readonly reason: Reason;
  readonly since: number | null;
}

/** Which verdict speaks for a site that has several. */
const RANK: Readonly<Record<Health, number>> = {
  offline: 6,
  problem: 5,
  attention: 4,
  unknown: 3,
  maintenance: 2,
  ok: 1,
  not_monitored: 0,
};

/** How a site is doing, from its gateways: the worst of them speaks. Pure, and cheap enough for every change of a count. */
export function judgeSite(gateways: readonly GatewayCondition[]): Verdict {
  if (gateways.length === 0) return { health: "not_monitored", reason: { code: "no_gateway" }, since: null };
  const verdicts = gateways.map(judgeGateway);
  const worst = verdicts.reduce((before, next) => (RANK[next.health] > RANK[before.health] ? next : before));
  if (worst.health === "offline" && gateways.some(({ state }) => state === "online"))
    return withoutSome(worst, gateways);
  return worst.reason.code === "entities_unavailable" ? together(worst, verdicts) : worst;
}

/** What does not answer is counted over all gateways of which nothing worse can be said. */
function together(worst: Verdict, verdicts: readonly Verdict[]): Verdict {
  const count = verdicts
    .filter(({ reason }) => reason.code === worst.reason.code)
    .reduce((sum, { reason }) => sum + Number(reason.params?.count ?? 0), 0);
  return { ...worst, reason: { ...worst.reason, params: { count } } };
}

/** A home is offline when nothing of it can be reached. Where one gateway of several is away, that is a problem of it. */
function withoutSome({ reason, since }: Verdict, gateways: readonly GatewayCondition[]): Verdict {
  const others = gateways.filter(({ state }) => state === "unreachable").length - 1;
  const { detail, params } = reason;
  const said = { code: "gateway_of_several_unreachable", params: { ...params, others } };
  return { health: "problem", reason: detail === undefined ? said : { ...said, detail }, since };
}

/** What a gateway that is away says of the home: its entities are not counted, since they all have this one cause. */
const AWAY: Readonly<Record<Exclude<GatewayState, "online">, { health: Health; code: string }>> = {
  connecting: { health: "unknown", code: "connecting" },
  restarting: { health: "attention", code: "gateway_restarting" },
  unreachable: { health: "offline", code: "gateway_unreachable" },
  credentials_refused: { health: "problem", code: "credentials_refused" },
  access_withdrawn: { health: "problem", code: "access_withdrawn" },
  unsupported: { health: "problem", code: "gateway_unsupported" },
  misbehaving: { health: "problem", code: "gateway_misbehaving" },
};

function judgeGateway(gateway: GatewayCondition): Verdict {
  if (gateway.state !== "online") {
    const { health, code } = AWAY[gateway.state];
    const { detail } = gateway.reason;
    const reason = { code, params: { gateway: gateway.name, because: gateway.reason.code } };
    return { health, reason: detail === undefined ? reason : { ...reason, detail }, since: gateway.since };
  }
  if (gateway.software === "recovery")
    return {
      health: "problem",
      reason: { code: "gateway_in_recovery", params: { gateway: gateway.name } },
      since: null,
    };
  // Half of a home is unavailable while its gateway starts: no verdict on the parts until it says that it runs.
  if (gateway.software !== "running")
    return {
      health: "attention",
      reason: { code: "gateway_starting", params: { gateway: gateway.name } },
      since: null,
    };
  // A home that was just connected has said nothing yet, which is not the same as that everything answers.
  if (!gateway.hasTold)
    return { health: "unknown", reason: { code: "first_report", params: { gateway: gateway.name } }, since: null };
  return judgeParts(gateway);
}

function judgeParts(gateway: GatewayCondition): Verdict {
  const ill = gateway.integrations
    .map((integration) => ({ integration, code: illnessOf(integration) }))
    .filter((one): one is { integration: IntegrationCondition; code: Illness } => one.code !== null)
    .sort((a, b) => b.integration.unavailable - a.integration.unavailable);
  const worst = ill[0];
  if (worst !== undefined) {
    const { name, state, unavailable, silentSince } = worst.integration;
    const params = { integration: name, state, unavailable, others: ill.length - 1 };
    return { health: "problem", reason: { code: worst.code, params }, since: silentSince };
  }
  if (gateway.unavailable > 0)
    return {
      health: "attention",
      reason: { code: "entities_unavailable", params: { count: gateway.unavailable } },
      since: null,
    };
  return { health: "ok", reason: { code: "all_well" }, since: null };
}

/** What is wrong with an integration of a gateway that runs; null when nothing is, or nothing is known yet. */
export function illnessOf(integration: IntegrationCondition): Illness | null {
  if (integration.isDisabled) return null;
  if (integration.needsSignIn) return "integration_needs_sign_in";
  // `setup_in_progress` and its like pass by themselves; before the first report nothing is known.
  const isPassing = integration.state.endsWith("_in_progress") || integration.state === "unknown";
  if (integration.state !== "loaded" && !isPassing) return "integration_not_running";
  // The wedged bridge: its integration says it runs, and nothing behind it answers.
  if (integration.entities > 0 && integration.unavailable === integration.entities) return "integration_silent";
  return null;
}

/** Since when: what the facts say, else as long as the verdict has been the same. */
export function sinceOf(
  verdict: Verdict,
  previous: { readonly health: Health; readonly reason: Reason; readonly since: number },
  now: number,
): number {
  if (verdict.since !== null) return verdict.since;
  const isSame =
    verdict.health === previous.health &&
    verdict.reason.code === previous.reason.code &&
    verdict.reason.params?.integration === previous.reason.params?.integration;
  return isSame && previous.since > 0 ? previous.since : now;
}
