import type { RunEventData } from "@caretaker/protocol";
import { capabilityWords } from "../../words/capabilities.ts";
import { words } from "../../words/en.ts";
import { Raw } from "./Raw.tsx";
import { permissionText } from "./rehearsed-words.ts";

type Rehearsed = Extract<RunEventData, { kind: "fix.rehearsed" }>;

/** What a fix would do, to what, what would be noticed, and who would be asked first. */
export function RehearsedFix({ data }: { data: Rehearsed }) {
  const { rehearsal } = words;
  return (
    <div className="evidence-line" data-tone={data.permission === "refused" ? "bad" : "busy"}>
      <p>{rehearsal.would(capabilityWords(data.capability))}</p>
      <dl className="run-inputs">
        <Fact term={rehearsal.target} text={data.targetName} />
        <Fact term={rehearsal.noticed} text={data.felt ?? rehearsal.nothingNoticed} />
        <Fact term={rehearsal.permission} text={permissionText(data)} />
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
