import type { SiteId } from "@caretaker/protocol";
import { mdiAlertOutline, mdiCheckCircleOutline, mdiHelpCircleOutline } from "@mdi/js";
import { Link } from "@tanstack/react-router";
import { Icon } from "../../ui/Icon.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { capabilityWords } from "../../words/capabilities.ts";
import { words } from "../../words/en.ts";
import { findingOf } from "./findings.ts";
import { useLatestCheck } from "./use-latest-check.ts";

const FORMS = {
  pass: ["good", mdiCheckCircleOutline],
  fail: ["warn", mdiAlertOutline],
  unknown: ["unknown", mdiHelpCircleOutline],
} as const;

/** What the last health check saw, line by line. */
export function LatestCheck({ siteId }: { siteId: SiteId }) {
  const check = useLatestCheck(siteId);
  if (check === null) return null;
  return (
    <Panel
      title={words.site.latestCheck}
      isFlush
      aside={
        <>
          <Since moment={check.run.finishedAt} isAgo />
          <Link to="/runs/$runId" params={{ runId: check.run.id }}>
            {words.runs.number(check.run.number)}
          </Link>
        </>
      }
    >
      <ul className="check-list">
        {check.reads.map((read) => {
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
    </Panel>
  );
}
