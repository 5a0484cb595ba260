import type { RunEvent } from "@caretaker/protocol";
import { Panel } from "../../ui/Panel.tsx";
import { fieldWords } from "../../words/capabilities.ts";
import { words } from "../../words/en.ts";
import { timeWithSeconds } from "../../words/time.ts";
import { EvidenceEntry } from "./EvidenceEntry.tsx";
import { MeetMark, shownValue } from "./Measurements.tsx";
import { stepLook } from "./Timeline.tsx";
import { beforeAndAfter, type Comparison, type TimelineStep } from "./timeline.ts";

/** Everything a step saw and did. The evidence is the product. */
export function StepEvidence({ step, events }: { step: TimelineStep; events: readonly RunEvent[] }) {
  const comparison = step.kind === "fix" ? beforeAndAfter(step, events) : null;
  const told = step.events.filter((event) => isTold(event, step));
  return (
    <Panel
      title={step.title}
      aside={
        <span className="tag" data-tone={stepLook(step).tone}>
          {stepLook(step).word}
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

/** What the timeline, or the line before, says already is not said again. */
function isTold({ data }: RunEvent, step: TimelineStep): boolean {
  if (data.kind === "step.started" || data.kind === "run.started") return false;
  if (data.kind === "run.waiting") return data.for !== "waiting_for_consent";
  return data.kind !== "step.ended" || step.kind === "fix" || step.kind === "end";
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
              <th scope="row">{fieldWords(row.field)}</th>
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
