import { mdiAlertOutline, mdiCheckCircleOutline, mdiHelpCircleOutline } from "@mdi/js";
import { Icon } from "../../ui/Icon.tsx";
import { capabilityWords } from "../../words/capabilities.ts";
import { findingOf } from "./findings.ts";
import type { StepRead } from "./timeline.ts";

const FORMS = {
  pass: ["good", mdiCheckCircleOutline],
  fail: ["warn", mdiAlertOutline],
  unknown: ["unknown", mdiHelpCircleOutline],
} as const;

/** What was read, one line each: what, and what was found. */
export function CheckLines({ reads }: { reads: readonly StepRead[] }) {
  return (
    <ul className="check-list">
      {reads.map((read) => {
        const [tone, icon] = FORMS[read.result];
        return (
          <li key={read.step} className="check-line" data-tone={tone}>
            <Icon path={icon} size={18} />
            <span className="check-name">{capabilityWords(read.capability)}</span>
            <span className="check-finding">{findingOf(read)}</span>
          </li>
        );
      })}
    </ul>
  );
}
