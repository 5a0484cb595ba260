import "./agent.css";
import type { Agent, AgentPolicy, SiteId } from "@caretaker/protocol";
import { Button, TextInput } from "@mantine/core";
import { mdiHandBackLeft, mdiLinkVariant, mdiSnowflake } from "@mdi/js";
import { lazy, Suspense, useEffect, useState } from "react";
import { useMirror } from "../../live/hooks.tsx";
import { useAction, useOperation } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { AGENT_LOOKS, PLACE_LOOKS } from "../../ui/looks.ts";
import { Notice } from "../../ui/Notice.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { dayAndTime } from "../../words/time.ts";
import { useMay } from "../session.ts";
import { Fingerprint } from "./Fingerprint.tsx";

/** With it comes what draws the picture: nobody else needs that. */
const PairAgent = lazy(() => import("./PairAgent.tsx"));

/** How long its line takes changes without anybody saying so; everything else is said. */
const LOOK_EVERY_MS = 30_000;

export function useAgent(siteId: SiteId) {
  const mirror = useMirror();
  const query = useOperation("agent.get", { siteId }, { refetchInterval: LOOK_EVERY_MS });
  const { refetch } = query;
  useEffect(() => mirror.listenToAgents((id) => void (id === siteId && refetch())), [mirror, siteId, refetch]);
  return query;
}

/** The agent in the home: whether it is there, what its home allows, and how it comes and goes. */
export function AgentPanel({ siteId }: { siteId: SiteId }) {
  const { data, error, isPending, refetch } = useAgent(siteId);
  const mayPair = useMay("agent.pairing.make");
  const [isPairing, setPairing] = useState(false);
  const agent = data?.agent ?? null;
  return (
    <Panel
      title={words.agent.title}
      {...(data !== undefined && agent === null ? { text: words.agent.none } : {})}
      {...(agent === null ? {} : { aside: <Mark look={AGENT_LOOKS[agent.state]} /> })}
    >
      <ErrorMessage error={error} onRetry={() => void refetch()} />
      {isPending ? <Skeletons rows={1} height={60} /> : null}
      {agent === null ? null : <AgentOfHome agent={agent} />}
      {data !== undefined && agent === null && mayPair ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon path={mdiLinkVariant} size={16} />}
          onClick={() => setPairing(true)}
        >
          {words.agent.pair}
        </Button>
      ) : null}
      {isPairing ? (
        <Suspense>
          <PairAgent siteId={siteId} onClose={() => setPairing(false)} />
        </Suspense>
      ) : null}
    </Panel>
  );
}

function AgentOfHome({ agent }: { agent: Agent }) {
  const mayEnd = useMay("agent.end");
  const mayUnfreeze = useMay("agent.unfreeze");
  const mayFreeze = useMay("agent.freeze");
  const [dialog, setDialog] = useState<Change | null>(null);
  const { stoppedAt, stoppedBy } = agent.policy ?? { stoppedAt: null, stoppedBy: null };
  return (
    <div className="agent">
      {stoppedAt === null ? null : (
        <Notice tone="bad" icon={mdiHandBackLeft} title={words.agent.stopped}>
          {words.agent.stoppedText(dayAndTime(stoppedAt), stoppedBy === null ? null : words.agent.stoppedBy[stoppedBy])}
        </Notice>
      )}
      {agent.state === "frozen" ? (
        <Notice tone="bad" icon={mdiSnowflake} title={words.agent.states.frozen}>
          {words.agent.frozenText(agent.frozenWhy ?? words.common.unknown)}
        </Notice>
      ) : null}
      {agent.state === "waiting_for_home" ? <Fingerprint fingerprint={agent.fingerprint} /> : null}
      <Facts agent={agent} />
      {agent.confirmedAt === null || agent.policy === null ? null : <Places places={agent.policy.places} />}
      <div className="gateway-actions">
        {agent.state === "frozen" && mayUnfreeze ? (
          <Button size="xs" variant="default" onClick={() => setDialog("unfreeze")}>
            {words.agent.unfreeze}
          </Button>
        ) : null}
        {agent.state !== "frozen" && mayFreeze ? (
          <Button size="xs" variant="default" onClick={() => setDialog("freeze")}>
            {words.agent.freeze}
          </Button>
        ) : null}
        {mayEnd ? (
          <Button size="xs" variant="subtle" color="red" onClick={() => setDialog("end")}>
            {words.agent.end}
          </Button>
        ) : null}
      </div>
      {dialog === null ? null : <ChangeAgent agent={agent} change={dialog} onClose={() => setDialog(null)} />}
    </div>
  );
}

/** What is known of it, and what it lets happen on our word, as it says itself: nobody of the firm can change that. */
function Facts({
  agent: { fingerprint, version, lastSeenAt, roundTrip, lostLines, confirmedAt, policy },
}: {
  agent: Agent;
}) {
  return (
    <dl className="facts">
      <dt>{words.agent.fingerprint}</dt>
      <dd>
        <code>{fingerprint}</code>
      </dd>
      <dt>{words.agent.version}</dt>
      <dd>{version ?? words.common.unknown}</dd>
      <dt>{words.agent.lastSeen}</dt>
      <dd>
        <Since moment={lastSeenAt} isAgo />
      </dd>
      {roundTrip === null ? null : (
        <>
          <dt>{words.agent.roundTrip}</dt>
          <dd className="num">{words.agent.milliseconds(roundTrip)}</dd>
        </>
      )}
      <dt>{words.agent.lostLines}</dt>
      <dd className="num">{lostLines}</dd>
      {confirmedAt === null ? null : (
        <>
          <dt>{words.agent.hubAlone}</dt>
          <dd>{policy === null ? words.agent.notSaid : <HubAlone policy={policy} />}</dd>
        </>
      )}
    </dl>
  );
}

function HubAlone({ policy: { hubAlone } }: { policy: AgentPolicy }) {
  return (
    <>
      {words.agent.hubAloneWords[hubAlone]}
      {hubAlone === "all" ? null : <span className="dim"> · {words.agent.beyond}</span>}
    </>
  );
}

function Places({ places }: Pick<AgentPolicy, "places">) {
  return (
    <section className="agent-places">
      <h3>{words.agent.places}</h3>
      <p className="dim">{places.length === 0 ? words.agent.noPlaces : words.agent.placesText}</p>
      <ul>
        {places.map(({ host, port, connector, allowed }) => (
          <li key={`${host}:${port}:${connector}`}>
            <code>
              {host}:{port}
            </code>
            <Mark look={PLACE_LOOKS[allowed]} />
          </li>
        ))}
      </ul>
    </section>
  );
}

type Change = "end" | "freeze" | "unfreeze";

const CHANGES = {
  end: { title: words.agent.endTitle, text: words.agent.endText, action: words.agent.end, isDangerous: true },
  freeze: {
    title: words.agent.freezeTitle,
    text: words.agent.freezeText,
    action: words.agent.freeze,
    isDangerous: true,
  },
  unfreeze: {
    title: words.agent.unfreezeTitle,
    text: words.agent.unfreezeText,
    action: words.agent.unfreeze,
    isDangerous: false,
  },
} as const;

function ChangeAgent({ agent, change, onClose }: { agent: Agent; change: Change; onClose: () => void }) {
  const doIt = useAction(`agent.${change}`, { outdates: ["agent.get"], onDone: onClose });
  const [reason, setReason] = useState("");
  return (
    <Confirm
      {...CHANGES[change]}
      isOpen
      isBusy={doIt.isPending}
      canConfirm={reason.trim().length >= 3}
      error={doIt.error}
      onConfirm={() => doIt.mutate({ agentId: agent.id, reason })}
      onClose={onClose}
    >
      <Reason value={reason} onChange={setReason} />
    </Confirm>
  );
}

function Reason({ value, onChange }: { value: string; onChange: (reason: string) => void }) {
  return (
    <TextInput
      label={words.agent.reason}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      minLength={3}
      maxLength={300}
      required
      data-autofocus
    />
  );
}
