import { CAPABILITIES, referenceOf } from "@caretaker/protocol";
import type { z } from "zod";
import type { RunbookFacts } from "../facts.ts";
import { isAction } from "../world.ts";

/**
 * Why one person may not publish this alone; null where he may. A thing of the home that is chosen when it runs may be a
 * private one, so whatever acts on such a thing reaches that far.
 */
export function whySecondPerson({ scope, capabilities }: RunbookFacts): string | null {
  if (scope === "disruptive") return "It does something that the household feels, or that is hard to undo.";
  const reaching = capabilities.filter(
    (name) => isAction(name) && actsOnThing(Object.values(CAPABILITIES[name].input.shape)),
  );
  if (reaching.length === 0) return null;
  return `It acts on a thing that is chosen when it runs, which may be a private one (${reaching.join(", ")}).`;
}

function actsOnThing(fields: readonly z.ZodType[]): boolean {
  return fields.some((field) => referenceOf(field) === "entity");
}
