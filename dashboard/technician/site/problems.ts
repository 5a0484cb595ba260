import {
  type Device,
  type EntityState,
  type Finding,
  type Gateway,
  hasRunEnded,
  type Integration,
  type IntegrationId,
  type RunbookSummary,
} from "@caretaker/protocol";
import { silentDevices } from "./rooms.ts";

/** Something that is wrong at a home, folded: what follows from another problem is not listed again. */
export type SiteProblem =
  | { readonly kind: "gateway"; readonly gateway: Gateway }
  | { readonly kind: "integration"; readonly integration: Integration; readonly devices: readonly Device[] }
  | { readonly kind: "device"; readonly device: Device; readonly since: string | null };

interface Home {
  readonly gateways: readonly Gateway[];
  readonly integrations: readonly Integration[];
  readonly devices: readonly Device[];
  readonly entities: readonly EntityState[];
}

/** Whether the integration itself is the problem: it does not run, or nothing of it answers. The hub judges alike. */
export function isIll({ disabled, needsSignIn, state, entities, unavailable }: Integration): boolean {
  if (disabled) return false;
  const isPassing = state.endsWith("_in_progress") || state === "unknown";
  return needsSignIn || (state !== "loaded" && !isPassing) || (entities > 0 && unavailable >= entities);
}

/** What is wrong, causes first: a gateway that is away hides what hangs on it, an ill integration its devices. */
export function problemsOf({ gateways, integrations, devices, entities }: Home): SiteProblem[] {
  const away = gateways.filter((gateway) => gateway.state !== "online");
  const awayIds = new Set(away.map((gateway) => gateway.id));
  const silent = [...silentDevices(devices, entities)].filter((device) => !awayIds.has(device.gatewayId));
  // Unavailable entities of devices that may sleep are no problem, though the gateway counts them.
  const ill = integrations.filter(
    (integration) =>
      !awayIds.has(integration.gatewayId) && isIll(integration) && !isOnlyAsleep(integration, entities, devices),
  );
  // Several devices of one integration have not failed each for itself.
  const suspect = integrations.filter(
    (integration) =>
      !ill.includes(integration) &&
      silent.filter((device) => device.integrationIds.includes(integration.id)).length > 1,
  );
  const causes = [...ill, ...suspect];
  const causeIds = new Set<IntegrationId>(causes.map((integration) => integration.id));
  return [
    ...away.map((gateway) => ({ kind: "gateway" as const, gateway })),
    ...causes.map((integration) => ({
      kind: "integration" as const,
      integration,
      devices: devices.filter((device) => !device.gone && device.integrationIds.includes(integration.id)),
    })),
    ...silent
      .filter((device) => !device.integrationIds.some((id) => causeIds.has(id)))
      .map((device) => ({ kind: "device" as const, device, since: silentSince(device, entities) })),
  ];
}

/** Since the first of its entities fell silent. */
function silentSince(device: Device, entities: readonly EntityState[]): string | null {
  const moments = entities.flatMap((entity) => (entity.deviceId === device.id && entity.since ? [entity.since] : []));
  return moments.sort()[0] ?? null;
}

function isOnlyAsleep(integration: Integration, entities: readonly EntityState[], devices: readonly Device[]): boolean {
  if (integration.state !== "loaded" || integration.needsSignIn) return false;
  const sleepers = new Set(devices.filter((device) => device.maySleep).map((device) => device.id));
  const silent = entities.filter(
    (entity) => entity.integrationId === integration.id && entity.availability === "offline",
  );
  return silent.length > 0 && silent.every((entity) => entity.deviceId !== null && sleepers.has(entity.deviceId));
}

/** A runbook that may help, with what it is to work on filled in. */
export interface Suggestion {
  readonly runbook: RunbookSummary;
  readonly inputs: Readonly<Record<string, string>>;
  /** The newest run of it, or of one that it is a copy of or that is a copy of it, that was about this. */
  readonly tried?: Tried;
}

export type Tried = Finding["tried"][number];

/** Somebody said no, or nobody answered: nothing was tried by that. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(["refused", "no_answer", "healthy", "fixed"]);

/** Whether it was tried and did not help; so the next one is the one to try. */
export function hasFailed({ tried }: Suggestion): boolean {
  return tried !== undefined && hasRunEnded(tried.status) && !SAYS_NOTHING.has(tried.outcome ?? "");
}

/**
 * Runbooks that change something and whose needed inputs this problem can fill: its integration, and for a device the
 * one box of it whose power a person has named. An entity that goes with it is chosen where it is started. Of a home with several gateways only what its own can do. The gentlest
 * comes first, and after all others what did not help.
 */
export function suggestionsFor(
  problem: SiteProblem,
  runbooks: readonly RunbookSummary[],
  gateways: readonly Gateway[],
  findings: readonly Finding[] = [],
): Suggestion[] {
  if (problem.kind === "gateway" || needsSignIn(problem)) return [];
  const { gatewayId } = problem.kind === "integration" ? problem.integration : problem.device;
  const make = gateways.find(({ id }) => id === gatewayId)?.connector;
  const things =
    problem.kind === "integration"
      ? { integration: problem.integration.id, device: poweredBridge(problem.devices)?.id }
      : { integration: problem.device.integrationIds[0], device: problem.device.id };
  const tried = findings
    .filter(({ integrationId }) => integrationId === things.integration)
    .flatMap((one) => one.tried);
  return runbooks
    .filter((runbook) => !runbook.readsOnly && make !== undefined && runbook.connectors.includes(make))
    .flatMap((runbook): Suggestion[] => {
      const inputs: Record<string, string> = {};
      for (const input of runbook.inputs) {
        const thing = input.type === "integration" || input.type === "device" ? things[input.type] : undefined;
        if (thing !== undefined) inputs[input.name] = thing;
        // Only a person knows which: the page where it is started asks for it.
        else if (input.type === "entity") continue;
        else if (!input.optional && input.default === undefined) return [];
      }
      const last = tried.find((run) => firstOf(run.runbook, runbooks) === firstOf(runbook.id, runbooks));
      return Object.keys(inputs).length === 0
        ? []
        : [{ runbook, inputs, ...(last === undefined ? {} : { tried: last }) }];
    })
    .sort((a, b) => Number(hasFailed(a)) - Number(hasFailed(b)) || a.runbook.inputs.length - b.runbook.inputs.length);
}

/** A copy does what the runbook does that it was copied from: when one of them did not help, the other is no news. */
function firstOf(id: string, runbooks: readonly RunbookSummary[]): string {
  return runbooks.find((runbook) => runbook.id === id)?.copyOf ?? id;
}

/** Only somebody who knows the maker's password can mend it: no restart does. */
export function needsSignIn(problem: SiteProblem): boolean {
  return problem.kind === "integration" && problem.integration.needsSignIn;
}

/** The bridge of these devices that can be switched off and on, because somebody said what feeds it. */
export function poweredBridge(devices: readonly Device[]): Device | undefined {
  const powered = devices.filter((device) => device.poweredBy !== null && !device.doNotTouch);
  return powered.find((device) => device.kind === "bridge") ?? powered[0];
}

export function keyOf(problem: SiteProblem): string {
  if (problem.kind === "gateway") return problem.gateway.id;
  return problem.kind === "integration" ? problem.integration.id : problem.device.id;
}
