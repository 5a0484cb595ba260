import {
  CaretakerError,
  type FieldMistake,
  type InputDeclaration,
  inLanguage,
  type Runbook,
  type RunInputs,
  secondsOf,
} from "@caretaker/protocol";
import { z } from "zod";
import type { Database } from "../db/database.ts";
import { isThingKind } from "../runbooks/field-types.ts";
import { didYouMean } from "../runbooks/suggest.ts";
import { loadThing, type Thing } from "./things.ts";

export interface CheckedInputs {
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  readonly things: readonly Thing[];
}

/** Checks what a run is given: all that is wrong is said at once. Things must be of that very site and of the right kind. */
export async function checkInputs(
  db: Database,
  runbook: Runbook,
  given: RunInputs,
  siteId: string,
): Promise<CheckedInputs> {
  const fields: FieldMistake[] = [];
  const inputs: Record<string, string | number | boolean> = {};
  const things: Thing[] = [];
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(runbook.inputs, name)) continue;
    const hint = didYouMean(name, Object.keys(runbook.inputs));
    fields.push({
      path: `inputs.${name}`,
      message: `is no input of ${runbook.id}.${hint ? ` Did you mean ${hint}?` : ""}`,
    });
  }
  for (const [name, declaration] of Object.entries(runbook.inputs)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    const title = declaration.title === null ? name : inLanguage(declaration.title, "en");
    if (value === undefined || value === "") {
      const isNeeded = !declaration.optional && declaration.default === null;
      if (isNeeded) fields.push({ path: `inputs.${name}`, message: `is missing: choose ${title}.` });
      continue;
    }
    const thing = isThingKind(declaration.type) ? await findThing(db, declaration, value, siteId) : null;
    const wrong = typeof thing === "string" ? thing : thing === null ? wrongValue(declaration, value) : null;
    if (wrong !== null) fields.push({ path: `inputs.${name}`, message: `${wrong} (${title})` });
    else {
      inputs[name] = value;
      if (thing !== null && typeof thing !== "string") things.push(thing);
    }
  }
  if (fields.length === 0) return { inputs, things };
  const list = fields.map(({ path, message }) => `${path} ${message}`).join("; ");
  throw new CaretakerError("invalid_input", `${runbook.id} cannot start with this: ${list}`, { fields });
}

async function findThing(
  db: Database,
  { type }: InputDeclaration,
  value: string | number | boolean,
  siteId: string,
): Promise<Thing | string> {
  const isId = z.uuid().safeParse(value).success;
  const thing = isId && isThingKind(type) ? await loadThing(db, type, String(value)) : null;
  // One of another site is answered like one that is not there.
  return thing !== null && thing.siteId === siteId ? thing : `is no ${type} of this site`;
}

/** Why a plain value cannot be given to an input; null when it can. */
export function wrongValue({ type, options }: InputDeclaration, value: string | number | boolean): string | null {
  switch (type) {
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? null : "must be a number";
    case "yesno":
      return typeof value === "boolean" ? null : "must be true or false";
    case "choice":
      return options.includes(String(value)) ? null : `must be one of ${options.join(", ")}`;
    case "duration":
      return secondsOf(value) === null ? "must be a duration, such as 20s or 5m" : null;
    case "moment":
      return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? null : "must be a moment";
    default:
      return typeof value === "string" ? null : "must be a text";
  }
}
