import { MendableIllness, type Rule, type RunbookId, type SiteId } from "@caretaker/protocol";
import { Checkbox, MultiSelect, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { words } from "../../words/en.ts";
import { MENDABLE_WORDS } from "../../words/upkeep.ts";

/** Makes a rule, or changes one: when, what, where, and who answers for it. */
export function RuleForm({ rule, onClose }: { rule: Rule | null; onClose: () => void }) {
  const [name, setName] = useState(rule?.name ?? "");
  const [runbook, setRunbook] = useState<string | null>(rule?.runbook ?? null);
  const [illnesses, setIllnesses] = useState<readonly MendableIllness[]>(
    rule?.illnesses ?? ["integration_silent", "integration_half_silent"],
  );
  const [minutes, setMinutes] = useState(rule?.minutes ?? 10);
  const [domain, setDomain] = useState(rule?.domain ?? "");
  const [siteIds, setSiteIds] = useState<readonly string[]>(rule?.siteIds ?? []);
  const [coolDownHours, setCoolDownHours] = useState(rule?.coolDownHours ?? 24);
  const [atNight, setAtNight] = useState(rule?.atNight ?? false);
  const [isOn, setOn] = useState(rule?.isOn ?? true);
  const runbooks = useOperation("runbook.list", {});
  const sites = useOperation("site.list", { limit: 2000 });
  const after = { outdates: ["rule.list"] as const, onDone: onClose };
  const make = useAction("rule.make", after);
  const change = useAction("rule.update", after);
  const handleSave = (): void => {
    const draft = {
      name,
      runbook: runbook as RunbookId,
      illnesses: [...illnesses],
      minutes,
      domain: domain.trim() === "" ? null : domain.trim(),
      siteIds: siteIds.length === 0 ? null : ([...siteIds] as SiteId[]),
      coolDownHours,
      atNight,
      isOn,
    };
    if (rule === null) make.mutate(draft);
    else change.mutate({ ...draft, ruleId: rule.id, version: rule.version });
  };
  return (
    <Confirm
      title={rule === null ? words.upkeep.make : words.upkeep.changeOf(rule.name)}
      text={words.upkeep.answersFor}
      action={words.upkeep.save}
      isOpen
      isBusy={make.isPending || change.isPending}
      canConfirm={name.trim().length >= 3 && runbook !== null && illnesses.length > 0}
      error={make.error ?? change.error}
      onConfirm={handleSave}
      onClose={onClose}
    >
      <TextInput
        label={words.upkeep.name}
        placeholder={words.upkeep.nameExample}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        minLength={3}
        maxLength={120}
        required
        data-autofocus
      />
      <Checkbox.Group
        label={words.upkeep.illnesses}
        value={[...illnesses]}
        onChange={(chosen) => setIllnesses(MendableIllness.options.filter((one) => chosen.includes(one)))}
      >
        {MendableIllness.options.map((one) => (
          <Checkbox key={one} value={one} label={MENDABLE_WORDS[one]} mt="xs" />
        ))}
      </Checkbox.Group>
      <NumberInput
        label={words.upkeep.minutes}
        value={minutes}
        onChange={(next) => setMinutes(Number(next))}
        min={1}
        max={1440}
        allowDecimal={false}
      />
      <TextInput
        label={words.upkeep.domain}
        description={words.upkeep.domainText}
        value={domain}
        onChange={(event) => setDomain(event.currentTarget.value)}
        maxLength={100}
      />
      <MultiSelect
        label={words.upkeep.homes}
        placeholder={siteIds.length === 0 ? words.upkeep.everyHome : ""}
        data={(sites.data?.items ?? []).map(({ id, name: site }) => ({ value: id, label: site }))}
        value={[...siteIds]}
        onChange={setSiteIds}
        searchable
        clearable
      />
      <Select
        label={words.upkeep.runbook}
        data={(runbooks.data?.items ?? []).map(({ id, title }) => ({ value: id, label: `${title} (${id})` }))}
        value={runbook}
        onChange={setRunbook}
        allowDeselect={false}
        searchable
        required
      />
      <NumberInput
        label={words.upkeep.coolDown}
        value={coolDownHours}
        onChange={(next) => setCoolDownHours(Number(next))}
        min={1}
        max={720}
        allowDecimal={false}
      />
      <Switch
        label={words.upkeep.atNight}
        checked={atNight}
        onChange={(event) => setAtNight(event.currentTarget.checked)}
      />
      <Switch label={words.upkeep.on} checked={isOn} onChange={(event) => setOn(event.currentTarget.checked)} />
    </Confirm>
  );
}
