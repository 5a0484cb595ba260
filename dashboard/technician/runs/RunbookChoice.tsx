import type { RunbookId, RunbookSummary } from "@caretaker/protocol";
import { Radio } from "@mantine/core";
import { mdiBookOpenPageVariantOutline, mdiStethoscope, mdiWrenchOutline } from "@mdi/js";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";
import { RunbookTags } from "../runbooks/RunbookTags.tsx";

interface RunbookChoiceProps {
  readonly runbooks: readonly RunbookSummary[];
  readonly chosen: RunbookId | null;
  readonly onChoose: (id: RunbookId) => void;
}

/** What can be done here: looking first, then fixing. */
export function RunbookChoice({ runbooks, chosen, onChoose }: RunbookChoiceProps) {
  if (runbooks.length === 0) {
    return <EmptyState icon={mdiBookOpenPageVariantOutline} title={words.runNew.none} text={words.runNew.noneText} />;
  }
  const sorted = [...runbooks].sort(
    (a, b) => Number(b.readsOnly) - Number(a.readsOnly) || a.title.localeCompare(b.title),
  );
  return (
    <Panel title={words.runNew.what}>
      <Radio.Group value={chosen} onChange={(id) => onChoose(id as RunbookId)} aria-label={words.runNew.what}>
        <div className="runbook-choices">
          {sorted.map((runbook) => (
            <Radio.Card key={runbook.id} value={runbook.id} className="runbook-choice">
              <Icon path={runbook.readsOnly ? mdiStethoscope : mdiWrenchOutline} size={21} />
              <span className="runbook-choice-words">
                <span className="runbook-choice-title">{runbook.title}</span>
                <RunbookTags runbook={runbook} />
              </span>
              <Radio.Indicator aria-hidden="true" />
            </Radio.Card>
          ))}
        </div>
      </Radio.Group>
    </Panel>
  );
}
