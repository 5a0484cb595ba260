import { type Runbook, referenceIn, type UseStep } from "@caretaker/protocol";
import { isThingKind } from "../runbooks/field-types.ts";
import { wrongValue } from "./inputs.ts";
import { isThing, plain, UNANSWERED, type Values } from "./values.ts";

/** What a used runbook is given, by its inputs: things as they are known, durations as they are written. */
export type UsedInputs = { readonly inputs: Readonly<Record<string, unknown>> } | { readonly why: string };

/** Settles what a runbook is given by the step that uses it, or says what of it is not known. */
export function settleUsedInputs({ inputs: declared }: Runbook, step: UseStep, values: Values): UsedInputs {
  const inputs: Record<string, unknown> = {};
  for (const [name, declaration] of Object.entries(declared)) {
    const written = Object.hasOwn(step.with, name) ? step.with[name] : undefined;
    if (written === undefined) continue;
    if (typeof written === "string" && values.get(written) === UNANSWERED) return { why: `${written} is not known` };
    const value = plain(written, values);
    if (value === undefined) {
      if (declaration.optional || declaration.default !== null) continue;
      return { why: `${String(written)} is missing` };
    }
    if (isThingKind(declaration.type)) {
      if (!isThing(value) || value.kind !== declaration.type) return { why: `${name} is no ${declaration.type}` };
      inputs[name] = value;
      continue;
    }
    // A reference to a duration is seconds already.
    const isSeconds = declaration.type === "duration" && typeof value === "number" && referenceIn(written) !== null;
    const given = isSeconds ? `${value}s` : (value as string | number | boolean);
    const wrong = wrongValue(declaration, given);
    if (wrong !== null) return { why: `${name} ${wrong}` };
    inputs[name] = given;
  }
  return { inputs };
}
