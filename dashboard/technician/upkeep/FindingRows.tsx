import "./upkeep.css";
import type { Finding } from "@caretaker/protocol";
import { Link } from "@tanstack/react-router";
import { ILLNESS_LOOKS, runLook } from "../../ui/looks.ts";
import { Since } from "../../ui/Since.tsx";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";

/** Each with its runs. On a site's own page the site is not said again. */
export function FindingRows({ findings, isInSite }: { findings: readonly Finding[]; isInSite?: boolean }) {
  return (
    <ul className="upkeep-lines">
      {findings.map((finding) => (
        <li key={finding.id} className="upkeep-line">
          <Mark look={ILLNESS_LOOKS[finding.illness]} />
          <span className="upkeep-main">
            <Link to="/sites/$siteId/integrations" params={{ siteId: finding.siteId }} className="upkeep-name">
              {isInSite ? finding.name : words.upkeep.for(finding.name, finding.siteName)}
            </Link>
            <span className="cell-second">
              <Since moment={finding.openedAt} />
              {finding.endedAt === null ? null : (
                <>
                  {" · "}
                  {words.upkeep.well} <Since moment={finding.endedAt} isAgo />
                </>
              )}
            </span>
            {finding.firings.map(({ rule, why, run }) => (
              <span key={rule}>
                {run === null ? null : (
                  <>
                    <Link to="/runs/$runId" params={{ runId: run.id }}>
                      RUN-{run.number}
                    </Link>{" "}
                    <Mark look={runLook({ ...run, hasUncertainStep: false })} />{" "}
                  </>
                )}
                <span className="dim">
                  {words.upkeep.fired(rule)}
                  {why === null ? "" : `: ${why}`}
                </span>
              </span>
            ))}
          </span>
        </li>
      ))}
    </ul>
  );
}
