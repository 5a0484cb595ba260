import type { RunEvent } from "@caretaker/protocol";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";
import { timeWithSeconds } from "../../words/time.ts";
import { EvidenceEntry } from "./EvidenceEntry.tsx";
import { MeetMark, shownValue } from "./Measurements.tsx";
import { statusWord, toneOf } from "./Timeline.tsx";
import { beforeAndAfter, type Comparison, type TimelineStep } from "./timeline.ts";

/** Everything a step saw and did. The evidence is the product. */
export function StepEvidence({ step, events }: { step: TimelineStep; events: readonly RunEvent[] }) {
  const comparison = step.kind === "fix" ? beforeAndAfter(step, events) : null;
  const told = step.events.filter(isTold);
  return (
    <Panel
      title={step.title}
      aside={
        <span className="tag" data-tone={toneOf(step)}>
          {statusWord(step)}
        </span>
      }
    >
      {comparison ? <BeforeAfter rows={comparison} /> : null}
      {told.length === 0 ? (
        <p className="dim">{step.startedAt === null ? words.runs.notYet : words.runs.working}</p>
      ) : (
        <ol className="evidence">
          {told.map((event, at) => (
            <li key={event.number} className="evidence-entry" data-newest={at === told.length - 1 || undefined}>
              <time className="evidence-time" dateTime={event.at}>
                {timeWithSeconds(event.at)}
              </time>
              <EvidenceEntry data={event.data} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

/** That a step began stands in the timeline already. */
function isTold({ data }: RunEvent): boolean {
  return data.kind !== "step.started" && data.kind !== "run.started";
}

function BeforeAfter({ rows }: { rows: readonly Comparison[] }) {
  return (
    <div className="scroll-x">
      <table className="measures before-after">
        <caption>{words.runs.beforeAfter}</caption>
        <thead>
          <tr>
            <th scope="col">{words.runs.field}</th>
            <th scope="col">{words.runs.before}</th>
            <th scope="col">{words.runs.after}</th>
            <th scope="col">{words.runs.expected}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.field}>
              <th scope="row">{row.field}</th>
              <td>{shownValue(row.before, row.unit)}</td>
              <td>
                <MeetMark met={row.met} /> {shownValue(row.after, row.unit)}
              </td>
              <td className="dim">{row.expected}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
