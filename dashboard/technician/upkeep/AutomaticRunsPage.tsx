import "./upkeep.css";
import type { Finding, Rule } from "@caretaker/protocol";
import { Button, Group } from "@mantine/core";
import { mdiPlaylistPlus, mdiRobotOutline, mdiStethoscope } from "@mdi/js";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { RULE_LOOKS } from "../../ui/looks.ts";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";
import { FindingRows } from "./FindingRows.tsx";
import { RuleForm } from "./RuleForm.tsx";

const LOOKS_EVERY = 10_000;

/** What is ill, and what begins by itself because of it. */
export function AutomaticRunsPage() {
  const findings = useOperation("finding.list", {}, { refetchInterval: LOOKS_EVERY });
  const rules = useOperation("rule.list", {}, { refetchInterval: LOOKS_EVERY });
  const mayMake = useMay("rule.make");
  const [isMaking, setMaking] = useState(false);
  return (
    <Page
      title={words.upkeep.title}
      actions={
        mayMake ? (
          <Button leftSection={<Icon path={mdiPlaylistPlus} />} onClick={() => setMaking(true)}>
            {words.upkeep.make}
          </Button>
        ) : undefined
      }
    >
      <ErrorMessage error={findings.error ?? rules.error} onRetry={() => void findings.refetch()} />
      {findings.isPending || rules.isPending ? <Skeletons rows={4} height={56} /> : null}
      <div className="stack">
        {findings.data ? <Found findings={findings.data.items} /> : null}
        {rules.data ? <Rules rules={rules.data.items} /> : null}
      </div>
      {isMaking ? <RuleForm rule={null} onClose={() => setMaking(false)} /> : null}
    </Page>
  );
}

function Found({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) {
    return <EmptyState icon={mdiStethoscope} title={words.upkeep.nothingFound} text={words.upkeep.nothingFoundText} />;
  }
  return (
    <Panel title={words.upkeep.found} text={words.upkeep.foundText} isFlush>
      <FindingRows findings={findings} />
    </Panel>
  );
}

function Rules({ rules }: { rules: readonly Rule[] }) {
  if (rules.length === 0) {
    return <EmptyState icon={mdiRobotOutline} title={words.upkeep.noRules} text={words.upkeep.noRulesText} />;
  }
  return (
    <Panel title={words.upkeep.rules} text={words.upkeep.rulesText} isFlush>
      <ul className="upkeep-lines">
        {rules.map((rule) => (
          <RuleLine key={rule.id} rule={rule} />
        ))}
      </ul>
    </Panel>
  );
}

function RuleLine({ rule }: { rule: Rule }) {
  const mayChange = useMay("rule.update");
  const [asked, setAsked] = useState<"change" | "remove" | null>(null);
  const remove = useAction("rule.remove", { outdates: ["rule.list"], onDone: () => setAsked(null) });
  const look = !rule.isOn ? RULE_LOOKS.off : rule.paused === null ? RULE_LOOKS.on : RULE_LOOKS.paused;
  return (
    <li className="upkeep-line">
      <Mark look={look} />
      <span className="upkeep-main">
        <span className="upkeep-name">{rule.name}</span>
        <span>
          {words.upkeep.when(rule.minutes, rule.domain, rule.siteIds?.length ?? null)}: <code>{rule.runbook}</code>
        </span>
        {rule.paused === null ? null : <span>{rule.paused}</span>}
        <span className="cell-second">
          {words.upkeep.answers(rule.madeBy)} · {words.upkeep.runs(rule.runs)}
        </span>
      </span>
      {mayChange ? (
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            aria-label={words.upkeep.changeOf(rule.name)}
            onClick={() => setAsked("change")}
          >
            {words.upkeep.change}
          </Button>
          <Button
            size="xs"
            variant="default"
            aria-label={words.upkeep.removeOf(rule.name)}
            onClick={() => setAsked("remove")}
          >
            {words.upkeep.remove}
          </Button>
        </Group>
      ) : null}
      {asked === "change" ? <RuleForm rule={rule} onClose={() => setAsked(null)} /> : null}
      <Confirm
        title={words.upkeep.removeTitle(rule.name)}
        text={words.upkeep.removeText}
        action={words.upkeep.remove}
        isOpen={asked === "remove"}
        isDangerous
        isBusy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ ruleId: rule.id })}
        onClose={() => setAsked(null)}
      />
    </li>
  );
}
