import {
  CAPABILITIES,
  type CapabilityDeclaration,
  type CapabilityName,
  type ConnectorManifest,
  HUB_CAPABILITIES,
  isCapability,
  isHubRead,
  type Runbook,
} from "@caretaker/protocol";

/** What a runbook is judged against: the makes this hub has, and the runbooks that it may use. */
export interface World {
  readonly connectors: readonly Pick<ConnectorManifest, "id" | "capabilities">[];
  readonly runbooks: ReadonlyMap<string, Runbook>;
}

/** Used where no connector says how long a capability may take. */
const DEFAULT_TIMEOUT_SECONDS = 15;

export function isRead(name: string): name is CapabilityName {
  return isCapability(name) && CAPABILITIES[name].kind === "read";
}

export function isAction(name: string): name is CapabilityName {
  return isCapability(name) && CAPABILITIES[name].kind === "action";
}

export function capabilityNames(kind: "read" | "action"): CapabilityName[] {
  return (Object.keys(CAPABILITIES) as CapabilityName[]).filter((name) => CAPABILITIES[name].kind === kind);
}

/** Of what a runbook uses, what a gateway of this make cannot do. */
export function lackedBy(
  { capabilities: has }: Pick<ConnectorManifest, "capabilities">,
  capabilities: readonly CapabilityName[],
): CapabilityName[] {
  return capabilities.filter((name) => !isHubRead(name) && has[name] === undefined);
}

export function declarationsOf(world: World, capability: string): CapabilityDeclaration[] {
  if (isHubRead(capability)) return [HUB_CAPABILITIES[capability]];
  return world.connectors.flatMap(({ capabilities }) => {
    const declaration = isCapability(capability) ? capabilities[capability] : undefined;
    return declaration === undefined ? [] : [declaration];
  });
}

/** The longest that any make gives it. */
export function timeoutOf(world: World, capability: string): number {
  const timeouts = declarationsOf(world, capability).map(({ timeoutSeconds }) => timeoutSeconds);
  return timeouts.length === 0 ? DEFAULT_TIMEOUT_SECONDS : Math.max(...timeouts);
}
