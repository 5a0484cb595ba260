import type { Finding, Language } from "@caretaker/protocol";
import { whyItIsBegun } from "../../words/why.ts";
import type { SiteProblem } from "../site/problems.ts";
import type { InputValues } from "./InputPickers.tsx";

interface What {
  readonly inputs: InputValues;
  readonly findings: readonly Finding[];
  readonly problems: readonly SiteProblem[];
}

/** Where what is chosen is ill, that is why; nothing where nobody but the technician knows. */
export function suggestedWhy(
  { inputs, findings, problems }: What,
  home: { readonly language: Language; readonly timeZone: string },
  now: number,
): string {
  const chosen = new Set(Object.values(inputs));
  const finding = findings.find(({ integrationId }) => chosen.has(integrationId));
  if (finding !== undefined && finding.illness !== "integration_needs_sign_in") {
    return whyItIsBegun(finding.illness, finding.name, finding.openedAt, home, now);
  }
  for (const problem of problems) {
    if (problem.kind === "device" && chosen.has(problem.device.id) && problem.since !== null) {
      return whyItIsBegun("device_silent", problem.device.name, problem.since, home, now);
    }
  }
  return "";
}
