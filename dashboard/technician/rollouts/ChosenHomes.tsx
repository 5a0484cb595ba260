import type { Finding, RolloutCandidate, RunbookSummary, SiteId } from "@caretaker/protocol";
import { Button, Checkbox, Group, Stack, TextInput } from "@mantine/core";
import { mdiHomeAlertOutline } from "@mdi/js";
import { useState } from "react";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";
import { dayAndTime } from "../../words/time.ts";
import { ILLNESS_WORDS } from "../../words/upkeep.ts";
import { BeginRollout } from "./BeginRollout.tsx";

/** What a rehearsal found in a home, and whether anything would be done there. */
export interface Said {
  readonly words: string;
  readonly isNeeded: boolean;
}

interface ChosenHomesProps {
  readonly runbook: RunbookSummary;
  readonly homes: readonly RolloutCandidate[];
  readonly rehearsed?: { readonly said: ReadonlyMap<SiteId, Said>; readonly reason: string };
}

/** Which of the homes that can, in which order, and why; and which cannot. */
export function ChosenHomes({ runbook, homes, rehearsed }: ChosenHomesProps) {
  const findings = useOperation("finding.list", {});
  const able = homes.filter(({ why }) => why === null);
  const unable = homes.filter(({ why }) => why !== null);
  // Where a rehearsal found nothing to do, nothing has to be begun.
  const needless = able.filter(({ siteId }) => rehearsed?.said.get(siteId)?.isNeeded === false);
  const [left, setLeft] = useState<ReadonlySet<SiteId>>(() => new Set(needless.map(({ siteId }) => siteId)));
  const chosen = able.filter(({ siteId }) => !left.has(siteId));
  const ill = illnessesOf(able, findings.data?.items ?? []);
  return (
    <>
      <Panel title={words.rollouts.homes} aside={words.rollouts.chosen(chosen.length, able.length)}>
        {able.length === 0 ? (
          <EmptyState icon={mdiHomeAlertOutline} title={words.rollouts.none} text={words.rollouts.looksText} />
        ) : (
          <HomePicker homes={able} left={left} ill={ill} said={rehearsed?.said ?? new Map()} onChange={setLeft} />
        )}
        {unable.length > 0 ? (
          <details className="rollout-left-out">
            <summary>{words.rollouts.unable(unable.length)}</summary>
            <ul>
              {unable.map(({ siteId, siteName, why }) => (
                <li key={siteId}>
                  {siteName}: {why}
                </li>
              ))}
            </ul>
          </details>
        ) : null}
      </Panel>
      {chosen.length > 0 ? (
        <BeginRollout
          runbook={runbook}
          homes={chosen}
          why={rehearsed?.reason ?? ""}
          isRehearsed={rehearsed !== undefined}
        />
      ) : (
        <p className="dim">{words.rollouts.chooseOne}</p>
      )}
    </>
  );
}

/** Of the things that it would be about, those that are ill now, by home. */
function illnessesOf(homes: readonly RolloutCandidate[], findings: readonly Finding[]): ReadonlyMap<SiteId, string> {
  const ill = new Map<SiteId, string>();
  for (const { siteId, inputs } of homes) {
    const about = Object.values(inputs);
    const finding = findings.find((one) => one.siteId === siteId && about.includes(one.integrationId));
    if (finding !== undefined) {
      ill.set(
        siteId,
        words.rollouts.illNow(finding.name, ILLNESS_WORDS[finding.illness], dayAndTime(finding.openedAt)),
      );
    }
  }
  return ill;
}

interface HomePickerProps {
  readonly homes: readonly RolloutCandidate[];
  readonly left: ReadonlySet<SiteId>;
  readonly ill: ReadonlyMap<SiteId, string>;
  readonly said: ReadonlyMap<SiteId, Said>;
  readonly onChange: (left: ReadonlySet<SiteId>) => void;
}

function HomePicker({ homes, left, ill, said, onChange }: HomePickerProps) {
  const [search, setSearch] = useState("");
  const shown = homes.filter(({ siteName }) => siteName.toLowerCase().includes(search.trim().toLowerCase()));
  const toggle = (siteId: SiteId, isIn: boolean): void => {
    const next = new Set(left);
    if (isIn) next.delete(siteId);
    else next.add(siteId);
    onChange(next);
  };
  const keepOnly = (isKept: (siteId: SiteId) => boolean): void =>
    onChange(new Set(homes.map(({ siteId }) => siteId).filter((siteId) => !isKept(siteId))));
  return (
    <Stack gap="xs">
      {homes.length > 8 ? (
        <TextInput
          type="search"
          aria-label={words.rollouts.search}
          placeholder={words.rollouts.search}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      ) : null}
      <Group justify="space-between" gap="xs">
        <Checkbox
          label={words.rollouts.every}
          checked={left.size === 0}
          indeterminate={left.size > 0 && left.size < homes.length}
          onChange={(event) => keepOnly(() => event.currentTarget.checked)}
        />
        {ill.size > 0 && ill.size < homes.length ? (
          <Button variant="default" size="xs" onClick={() => keepOnly((siteId) => ill.has(siteId))}>
            {words.rollouts.onlyIll(ill.size)}
          </Button>
        ) : null}
      </Group>
      <ul className="rollout-homes">
        {shown.map(({ siteId, siteName }) => (
          <li key={siteId}>
            <Checkbox
              label={siteName}
              description={said.get(siteId)?.words ?? ill.get(siteId)}
              checked={!left.has(siteId)}
              onChange={(event) => toggle(siteId, event.currentTarget.checked)}
            />
          </li>
        ))}
      </ul>
    </Stack>
  );
}
