import { LogEntry, type Measurement } from "@caretaker/protocol";
import { mdiCheck, mdiClose, mdiHelp } from "@mdi/js";
import { z } from "zod";
import { Icon } from "../../ui/Icon.tsx";
import { fieldWords } from "../../words/capabilities.ts";
import { words } from "../../words/en.ts";
import { dayAndTime } from "../../words/time.ts";
import { LogEntries } from "./LogEntries.tsx";

/** Each field that was read against what was expected of it. */
export function Measurements({ measurements }: { measurements: readonly Measurement[] }) {
  return (
    <div className="scroll-x">
      <table className="measures">
        <thead>
          <tr>
            <th scope="col">{words.runs.field}</th>
            <th scope="col">{words.runs.seen}</th>
            <th scope="col">{words.runs.expected}</th>
          </tr>
        </thead>
        <tbody>
          {measurements.map((each) => (
            <tr key={each.field}>
              <th scope="row">{fieldWords(each.field)}</th>
              <td>
                <MeetMark met={each.met} /> <Seen measurement={each} />
              </td>
              <td className="dim">{each.expected}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What a gateway noted is read as its log is; all else is a word or a number. */
function Seen({ measurement: { value, unit } }: { measurement: Measurement }) {
  const noted = Noted.safeParse(value);
  if (!noted.success) return shownValue(value, unit);
  return noted.data.length === 0 ? words.log.clean : <LogEntries entries={noted.data} />;
}

const Noted = z.array(LogEntry);

const MEETS = new Map<boolean | null, readonly [icon: string, tone: string, word: string]>([
  [true, [mdiCheck, "good", words.runs.met]],
  [false, [mdiClose, "bad", words.runs.notMet]],
  [null, [mdiHelp, "unknown", words.runs.cannotTell]],
]);

export function MeetMark({ met }: { met: boolean | null }) {
  const [icon, tone, word] = MEETS.get(met) ?? [mdiHelp, "unknown", words.runs.cannotTell];
  return (
    <span className="meet" data-tone={tone} title={word}>
      <Icon path={icon} size={15} />
      <span className="visually-hidden">{word}:</span>
    </span>
  );
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** A value as a person reads it. */
export function shownValue(value: unknown, unit?: string): string {
  if (value === undefined || value === null) return "–";
  if (typeof value === "boolean") return value ? words.common.yes : words.common.no;
  if (typeof value === "string" && MOMENT.test(value)) return dayAndTime(value);
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return unit === undefined ? text : `${text} ${unit}`;
}
