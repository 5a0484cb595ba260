import type { ChecklistLine } from "@caretaker/protocol";

export type Certificate = NonNullable<ChecklistLine["certificate"]>;

export interface Checklist {
  /** One per door and step, the last that was said of it, in the order they began. */
  readonly lines: readonly ChecklistLine[];
  /** Every line that came is over and none failed. */
  readonly isGood: boolean;
  /** Shown by the gateway and trusted by nobody yet: a person may say yes. */
  readonly certificate: Certificate | null;
  readonly found: NonNullable<ChecklistLine["found"]> | null;
}

/** What has been checked so far: a later line of the same step replaces the earlier one. */
export function foldChecklist(said: readonly ChecklistLine[]): Checklist {
  const bySteps = new Map<string, ChecklistLine>();
  for (const line of said) bySteps.set(`${line.door} ${line.step}`, line);
  const lines = [...bySteps.values()];
  return {
    lines,
    isGood: lines.length > 0 && lines.every((line) => line.status === "ok" || line.status === "warning"),
    certificate: lines.find((line) => line.status === "failed" && line.certificate)?.certificate ?? null,
    found: lines.findLast((line) => line.found)?.found ?? null,
  };
}
