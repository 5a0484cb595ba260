import type { RunEventData } from "@caretaker/protocol";
import { capabilityWords } from "../../words/capabilities.ts";
import { words } from "../../words/en.ts";
import { SCOPE_WORDS } from "../../words/states.ts";
import { dayAndTime } from "../../words/time.ts";
import { Raw } from "./Raw.tsx";

type Rehearsed = Extract<RunEventData, { kind: "fix.rehearsed" }>;

/** What a fix would do, to what, what would be noticed, and who would be asked first. */
export function RehearsedFix({ data }: { data: Rehearsed }) {
  const { rehearsal } = words;
  const permission = {
    standing: () => rehearsal.standing(SCOPE_WORDS[data.scope]),
    asked: () => rehearsal.asked(data.permissionWords),
    later: () => rehearsal.later(dayAndTime(data.permissionWords)),
    refused: () => rehearsal.refused(data.permissionWords),
  };
  return (
    <div className="evidence-line" data-tone={data.permission === "refused" ? "bad" : "busy"}>
      <p>{rehearsal.would(capabilityWords(data.capability))}</p>
      <dl className="run-inputs">
        <Fact term={rehearsal.target} text={data.targetName} />
        <Fact term={rehearsal.noticed} text={data.felt ?? rehearsal.nothingNoticed} />
        <Fact term={rehearsal.permission} text={permission[data.permission]()} />
        <Fact
          term={rehearsal.back}
          text={data.undo === null ? (data.irreversible ?? "") : capabilityWords(data.undo)}
        />
        <Fact term={rehearsal.tries} text={String(data.tries)} />
      </dl>
      <Raw label={words.evidence.exactly} value={data.input} />
    </div>
  );
}

function Fact({ term, text }: { term: string; text: string }) {
  return text === "" ? null : (
    <div>
      <dt>{term}</dt>
      <dd>{text}</dd>
    </div>
  );
}
