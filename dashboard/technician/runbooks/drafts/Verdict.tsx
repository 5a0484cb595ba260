import type { RunbookVerdict } from "@caretaker/protocol";
import { mdiCheckCircle, mdiCloseCircle } from "@mdi/js";
import { Icon } from "../../../ui/Icon.tsx";
import { Panel } from "../../../ui/Panel.tsx";
import { words } from "../../../words/en.ts";
import { SCOPE_WORDS } from "../../../words/states.ts";
import { duration } from "../../../words/time.ts";
import { RunsOn } from "../RunsOn.tsx";

/** Every mistake with its place, or what follows from what is written. */
export function Verdict({ verdict, isOld }: { verdict: RunbookVerdict; isOld: boolean }) {
  const { mistakes, facts } = verdict;
  return (
    <Panel title={verdict.ok ? words.drafts.good : words.drafts.mistakes(mistakes.length)}>
      <div className="draft-verdict" role="status" data-old={isOld || undefined}>
        {facts === null ? (
          <ul>
            {mistakes.map(({ line, column, code, message, text, didYouMean }) => (
              <li key={`${line}:${column}:${code}:${message}`} data-tone="bad">
                <Icon path={mdiCloseCircle} size={18} />
                <div>
                  <b>{words.drafts.place(line, column)}</b> {message}
                  {text === "" ? null : <code className="draft-wrong">{text}</code>}
                  {didYouMean === undefined ? null : <p>{words.drafts.didYouMean(didYouMean)}</p>}
                </div>
              </li>
            ))}
          </ul>
        ) : (
          <>
            <p data-tone="good" className="draft-good">
              <Icon path={mdiCheckCircle} size={18} /> {words.drafts.canRun}
            </p>
            <dl className="facts">
              <dt>{words.runbooks.limit}</dt>
              <dd>{words.runbooks.times(duration(facts.limitSeconds), duration(facts.worstCaseSeconds))}</dd>
              <dt>{words.drafts.scope}</dt>
              <dd>{facts.readsOnly ? words.runbooks.readsOnly : SCOPE_WORDS[facts.scope]}</dd>
              <dt>{words.drafts.makes}</dt>
              <dd>
                <RunsOn makes={facts.makes} />
              </dd>
            </dl>
          </>
        )}
      </div>
    </Panel>
  );
}
