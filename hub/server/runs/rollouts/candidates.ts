import {
  CaretakerError,
  type GatewayId,
  isCaretakerError,
  type RolloutCandidate,
  type RunbookId,
  type RunInputs,
  type SiteId,
  type ThingChoice,
  type ThingLike,
} from "@caretaker/protocol";
import type { Database } from "../../db/database.ts";
import { isThingKind } from "../../runbooks/field-types.ts";
import type { LibraryRunbook } from "../../runbooks/library.ts";
import type { RunsDeps } from "../deps.ts";
import { checkStart, runnable } from "../start.ts";

type Deps = Pick<RunsDeps, "db" | "library">;

export interface Preview {
  readonly runbook: RunbookId;
  readonly inputs: RunInputs;
  readonly things: Readonly<Record<string, ThingLike>>;
}

/** Which homes could take part now, each with its own things for the inputs; and why the others cannot. */
export async function previewRollout(
  { db, library }: Deps,
  { runbook, inputs, things }: Preview,
): Promise<{ homes: RolloutCandidate[]; choices: Record<string, ThingChoice[]> }> {
  await library.refresh?.();
  const found = runnable(library, runbook);
  const kinds = thingInputs(found);
  const all = await thingsOfFleet(db, new Set([...kinds.values()].map(({ kind }) => kind)));
  const sites = await db
    .selectFrom("site")
    .select(["id", "name"])
    .where("removedAt", "is", null)
    .orderBy("number")
    .execute();
  const homes: RolloutCandidate[] = [];
  for (const { id, name } of sites) {
    const own = findThings(all.get(id) ?? [], kinds, things);
    const candidate = { siteId: id as SiteId, siteName: name, gatewayId: null, inputs: { ...inputs, ...own.inputs } };
    homes.push(own.why === null ? await judge({ db, library }, found, candidate) : { ...candidate, why: own.why });
  }
  const choices = [...kinds].map(([input, { kind }]) => [input, choicesOf(all, kind)] as const);
  return { homes, choices: Object.fromEntries(choices) };
}

/** Whether it could begin there at this moment. */
export async function judge(
  { db, library }: Deps,
  found: LibraryRunbook,
  candidate: Omit<RolloutCandidate, "why"> & { readonly gatewayId: GatewayId | null },
): Promise<RolloutCandidate> {
  const { siteId, gatewayId, inputs } = candidate;
  try {
    const named = gatewayId === null ? {} : { gatewayId };
    const start = await checkStart(db, library, { siteId, ...named, runbook: found.id, inputs });
    return { ...candidate, gatewayId: start.gatewayId, why: await busyWith(db, siteId, found.facts.locks) };
  } catch (error) {
    if (!isCaretakerError(error)) throw error;
    return { ...candidate, why: error.message };
  }
}

async function busyWith(db: Database, siteId: string, locks: readonly string[]): Promise<string | null> {
  if (locks.length === 0) return null;
  const held = await db
    .selectFrom("siteLock")
    .innerJoin("run", "run.id", "siteLock.runId")
    .select(["run.number", "run.title"])
    .where("siteLock.siteId", "=", siteId)
    .where("siteLock.lock", "in", [...locks])
    .executeTakeFirst();
  return held === undefined ? null : `RUN-${held.number} (${held.title}) works there now.`;
}

interface ThingInput {
  readonly kind: Kind;
  readonly isOptional: boolean;
}

type Kind = "integration" | "device";

interface FleetThing {
  readonly siteId: string;
  readonly kind: Kind;
  readonly id: string;
  readonly domain: string | null;
  readonly make: string | null;
  readonly model: string | null;
}

/** The inputs that name a thing, by what kind of thing. */
function thingInputs({ runbook }: LibraryRunbook): Map<string, ThingInput> {
  const kinds = new Map<string, ThingInput>();
  for (const [name, { type, optional }] of Object.entries(runbook.inputs)) {
    if (!isThingKind(type) || type === "gateway") continue;
    if (type !== "integration" && type !== "device") {
      if (optional) continue;
      throw new CaretakerError(
        "invalid_input",
        `${runbook.id} asks for a ${type} (${name}), which has to be chosen in each home: start it there, one by one.`,
      );
    }
    kinds.set(name, { kind: type, isOptional: optional });
  }
  return kinds;
}

async function thingsOfFleet(db: Database, kinds: ReadonlySet<Kind>): Promise<Map<string, FleetThing[]>> {
  const integrations = kinds.has("integration")
    ? await db
        .selectFrom("integration")
        .innerJoin("gateway", "gateway.id", "integration.gatewayId")
        .select(["gateway.siteId", "integration.id", "integration.domain"])
        .where("integration.goneAt", "is", null)
        .where("gateway.removedAt", "is", null)
        .execute()
    : [];
  const devices = kinds.has("device")
    ? await db
        .selectFrom("device")
        .innerJoin("gateway", "gateway.id", "device.gatewayId")
        .select(["gateway.siteId", "device.id", "device.make", "device.model"])
        .where("device.goneAt", "is", null)
        .where("gateway.removedAt", "is", null)
        .execute()
    : [];
  const all: FleetThing[] = [
    ...integrations.map((row) => ({ ...row, kind: "integration" as const, make: null, model: null })),
    ...devices.map((row) => ({ ...row, kind: "device" as const, domain: null })),
  ];
  return Map.groupBy(all, ({ siteId }) => siteId);
}

/** A home takes part that has exactly one of what is looked for: of two, nobody can say which is meant. */
function findThings(
  own: readonly FleetThing[],
  kinds: ReadonlyMap<string, ThingInput>,
  wanted: Readonly<Record<string, ThingLike>>,
): { readonly inputs: RunInputs; readonly why: string | null } {
  const inputs: RunInputs = {};
  for (const [input, { kind, isOptional }] of kinds) {
    const like = Object.hasOwn(wanted, input) ? wanted[input] : undefined;
    if (like === undefined && isOptional) continue;
    if (like === undefined) return { inputs, why: `Say what to look for as ${input}.` };
    const found = own.filter((thing) => thing.kind === kind && isLike(thing, like));
    const [one] = found;
    if (one === undefined) return { inputs, why: `It has no ${labelOf(like)}.` };
    if (found.length > 1)
      return { inputs, why: `It has ${found.length} of ${labelOf(like)}: start it there by itself.` };
    inputs[input] = one.id;
  }
  return { inputs, why: null };
}

function isLike(thing: FleetThing, { domain, make, model }: ThingLike): boolean {
  return (
    (domain === undefined || thing.domain === domain) &&
    (make === undefined || thing.make === make) &&
    (model === undefined || thing.model === model)
  );
}

function labelOf({ domain, make, model }: ThingLike): string {
  return [domain, make, model].filter((word) => word !== undefined).join(" ");
}

function choicesOf(all: ReadonlyMap<string, readonly FleetThing[]>, kind: Kind): ThingChoice[] {
  const homes = new Map<string, { readonly like: ThingLike; readonly sites: Set<string> }>();
  for (const [siteId, things] of all) {
    for (const thing of things) {
      if (thing.kind !== kind) continue;
      const like: ThingLike =
        kind === "integration" ? { domain: thing.domain ?? "" } : { ...named("make", thing), ...named("model", thing) };
      const label = labelOf(like);
      if (label === "") continue;
      const known = homes.get(label) ?? { like, sites: new Set<string>() };
      known.sites.add(siteId);
      homes.set(label, known);
    }
  }
  return [...homes]
    .map(([label, { like, sites }]) => ({ like, label, homes: sites.size }))
    .sort((a, b) => b.homes - a.homes || a.label.localeCompare(b.label));
}

function named(field: "make" | "model", thing: FleetThing): ThingLike {
  const value = thing[field];
  return value === null || value === "" ? {} : { [field]: value };
}
