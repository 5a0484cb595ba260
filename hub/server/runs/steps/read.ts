import {
  type CapabilityDeclaration,
  type CapabilityInput,
  type CapabilityName,
  CaretakerError,
  type GatewayId,
  isCaretakerError,
  isHubRead,
  isRetryable,
  type Measurement,
  type RunEventData,
  type StepTest,
  scopeRank,
} from "@caretaker/protocol";
import { scopesOf, standingScopes } from "../../consent/standing.ts";
import { fieldAt, judge, type Truth } from "../../runbooks/expect.ts";
import { withoutHidden, wordsWithoutHidden } from "../../state/hidden-answers.ts";
import type { At } from "../items.ts";
import { placeOf } from "../place.ts";
import type { Ride } from "../ride.ts";
import type { Thing } from "../things.ts";
import { fieldSubjects, textsIn, textsInWith } from "../values.ts";
import { isAway } from "../waiting.ts";

export type Result = "pass" | "fail" | "unknown";
export type ReadEvent = Extract<RunEventData, { kind: "step.read" }>;
type Purpose = NonNullable<ReadEvent["purpose"]>;

export interface Reading {
  readonly result: Result;
  readonly event: ReadEvent;
  readonly output: Readonly<Record<string, unknown>> | null;
  /** The gateway, when it is away for a while: this reading says nothing of the home, waiting may. */
  readonly away: GatewayId | null;
}

/** Reads what a test names and judges it. Never rejects for what a home does: a failed read is unknown. */
export async function read(ride: Ride, at: At, test: StepTest, purpose: Purpose): Promise<Reading> {
  const { step } = at;
  const found = ride.plan.frameOf(step.name).names.readOf(test);
  if (found === null) throw new Error(`${step.name} repeats a check that is not there.`);
  const { test: spec } = found;
  const capability = spec.read as CapabilityName;
  const values = await ride.values([...textsInWith(spec.with), ...textsIn(spec.expect)], at);
  const given = await ride.give(capability, spec.with, values);
  const begun = ride.deps.clock.monotonic();
  const answer = given.ok
    ? await ask(ride, capability, given.given.input, given.given.thing, step.timeoutSeconds)
    : ({ ok: false, why: given.why, isAway: false } as const);

  const output = answer.ok ? answer.output : null;
  const now = ride.now();
  const { met, measurements } = judge(spec.expect, fieldSubjects(output, values, now));
  const result = resultOf(met);
  const kept = shortened(output);
  return {
    result,
    output: kept,
    away: !answer.ok && answer.isAway ? gatewayOf(ride, given.ok ? given.given.thing : null) : null,
    event: {
      kind: "step.read",
      ...placeOf(at),
      purpose,
      capability,
      input: given.ok ? given.given.shown : {},
      output: kept,
      measurements: [...measurements, ...evidenceOf(step.evidence, kept)],
      result,
      milliseconds: Math.max(0, Math.round(ride.deps.clock.monotonic() - begun)),
      ...(answer.ok ? {} : { error: answer.why }),
    },
  };
}

function gatewayOf(ride: Ride, thing: Thing | null): GatewayId {
  return thing?.gatewayId ?? ride.gatewayId;
}

type Answer =
  | { readonly ok: true; readonly output: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly why: string; readonly isAway: boolean };

async function ask(
  ride: Ride,
  capability: CapabilityName,
  input: Readonly<Record<string, unknown>>,
  thing: Thing | null,
  timeoutSeconds: number | null,
): Promise<Answer> {
  const { gateways } = ride.deps;
  const gatewayId = gatewayOf(ride, thing);
  try {
    const declaration = gateways.capabilitiesOf(gatewayId)[capability];
    if (declaration === undefined) {
      throw new CaretakerError(
        "not_available_here",
        `${gateways.status(gatewayId).name} does not say this: its make has no ${capability}.`,
      );
    }
    await mayBeRead(ride, declaration, thing);
    // What the hub finds out by itself is asked for because the gateway is away.
    if (!isHubRead(capability) && isAway(ride.deps, gatewayId))
      return { ok: false, why: "The gateway is not connected now.", isAway: true };
    const options = timeoutSeconds === null ? {} : { timeoutSeconds };
    const output = await gateways.read(gatewayId, capability, input as CapabilityInput<typeof capability>, options);
    const isOfHidden = thing?.isHidden === true;
    const asked = { siteId: ride.siteId, gatewayId, input, isOfHidden };
    return { ok: true, output: await withoutHidden(ride.deps.db, capability, output, asked) };
  } catch (error) {
    if (!isCaretakerError(error)) throw error;
    const why = await wordsWithoutHidden(ride.deps.db, ride.siteId, error.message);
    return { ok: false, why, isAway: !isHubRead(capability) && isRetryable(error) && isAway(ride.deps, gatewayId) };
  }
}

/** Looking needs the homeowner's standing word as well; when it was taken back, nothing is read any more. */
async function mayBeRead(ride: Ride, { scope }: CapabilityDeclaration, thing: Thing | null): Promise<void> {
  const { db, now } = ride.deps;
  const isHere = thing?.siteId === ride.siteId;
  const standing = isHere ? await scopesOf(db, thing.standing, now) : await standingScopes(db, ride.siteId, now);
  const highest = Math.max(-1, ...standing.map(scopeRank));
  if (highest >= scopeRank(scope)) return;
  throw new CaretakerError("consent_missing", `The homeowner does not allow \`${scope}\`, so this was not read.`);
}

function resultOf(met: Truth): Result {
  return met === null ? "unknown" : met ? "pass" : "fail";
}

function evidenceOf(fields: readonly string[], output: Readonly<Record<string, unknown>> | null): Measurement[] {
  return fields.map((field) => {
    const value = fieldAt(output, field.split("."));
    return { field, value: value ?? null, expected: "for the record", met: value === undefined ? null : true };
  });
}

/** One more than `each` may go through, so that a list which is too long for it stays too long. */
const LONGEST_LIST = 101;

/** Logs of a bad day are long, and the first hundred lines tell as much. */
function shortened(output: Readonly<Record<string, unknown>> | null): Readonly<Record<string, unknown>> | null {
  if (output === null) return null;
  return Object.fromEntries(
    Object.entries(output).map(([key, value]) => [key, Array.isArray(value) ? value.slice(0, LONGEST_LIST) : value]),
  );
}

/** Two readings with the same key say the same: the second is not worth a line. */
export function readingKey({ event }: Reading): string {
  return JSON.stringify([event.result, event.error ?? "", event.measurements.map(({ value }) => value)]);
}
