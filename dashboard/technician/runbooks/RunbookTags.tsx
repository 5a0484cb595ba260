import type { RunbookSummary } from "@caretaker/protocol";
import { words } from "../../words/en.ts";
import { SCOPE_MEANINGS, SCOPE_WORDS } from "../../words/states.ts";
import { duration } from "../../words/time.ts";

/** How far a runbook reaches and how long it may take. */
export function RunbookTags({ runbook }: { runbook: RunbookSummary }) {
  return (
    <span className="runbook-tags">
      <span
        className="tag"
        data-tone={runbook.readsOnly ? "good" : runbook.scope === "disruptive" ? "warn" : "busy"}
        title={SCOPE_MEANINGS[runbook.scope]}
      >
        {runbook.readsOnly ? words.runbooks.readsOnly : SCOPE_WORDS[runbook.scope]}
      </span>
      <span className="tag">{words.runbooks.atMost(duration(runbook.limitSeconds))}</span>
    </span>
  );
}
