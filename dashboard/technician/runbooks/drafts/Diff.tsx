import type { DiffLine } from "@caretaker/protocol";
import { useOperation } from "../../../live/queries.ts";
import { ErrorMessage } from "../../../ui/ErrorMessage.tsx";
import { Panel } from "../../../ui/Panel.tsx";
import { words } from "../../../words/en.ts";

/** Lines of context around each change. */
const AROUND = 2;
const SIGNS: Record<DiffLine["kind"], string> = { same: " ", added: "+", removed: "−" };

/** What changed since a published version: to another one, or to the draft. */
export function Diff({ name, from, to }: { name: string; from: number; to?: number }) {
  const diff = useOperation("runbook.diff", { name, from, ...(to === undefined ? {} : { to }) });
  const title = to === undefined ? words.drafts.diffToDraft(from) : words.drafts.diff(from, to);
  return (
    <Panel
      title={title}
      {...(diff.data ? { text: words.drafts.changes(diff.data.added, diff.data.removed) } : {})}
      isFlush
    >
      <ErrorMessage error={diff.error} onRetry={() => void diff.refetch()} />
      {diff.data && diff.data.added + diff.data.removed > 0 ? <InWords changes={diff.data.changes} /> : null}
      {diff.data && diff.data.added + diff.data.removed > 0 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre className="diff" tabIndex={0}>
          {shownLines(diff.data.lines).map((line) =>
            line === null ? (
              <code key="gap" className="diff-line" data-kind="gap">
                ⋯{"\n"}
              </code>
            ) : (
              <code key={`${line.before}:${line.after}`} className="diff-line" data-kind={line.kind}>
                <span className="visually-hidden">{line.kind === "same" ? "" : `${words.drafts[line.kind]}: `}</span>
                <span aria-hidden="true">{SIGNS[line.kind]}</span> {line.text}
                {"\n"}
              </code>
            ),
          )}
        </pre>
      ) : null}
    </Panel>
  );
}

/** What it means for the household, before the lines. */
function InWords({ changes }: { changes: readonly string[] | null }) {
  if (changes === null) return <p className="diff-words">{words.drafts.notTold}</p>;
  return (
    <div className="diff-words">
      <b>{words.drafts.forHousehold}</b>
      <ul>
        {changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
      </ul>
    </div>
  );
}

/** Changes with what stands around them; null for what is left out between. */
function shownLines(lines: readonly DiffLine[]): (DiffLine | null)[] {
  const near = (at: number): boolean =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ kind }) => kind !== "same");
  const shown: (DiffLine | null)[] = [];
  for (const [at, line] of lines.entries()) {
    if (near(at)) shown.push(line);
    else if (shown.length > 0 && shown.at(-1) !== null && lines.slice(at).some(({ kind }) => kind !== "same"))
      shown.push(null);
  }
  return shown;
}
