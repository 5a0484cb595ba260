import "./runs.css";
import type {
  DeviceId,
  EntityId,
  GatewayId,
  IntegrationId,
  OperationOutput,
  RunbookId,
  RunbookSummary,
  Site,
} from "@caretaker/protocol";
import { Button, Group, Select, Stack, Switch, Textarea } from "@mantine/core";
import { mdiAccountAlertOutline, mdiCancel, mdiDramaMasks, mdiEmailOutline, mdiHandshakeOutline } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import type { SiteContent } from "../../live/contents.ts";
import { useRows, useShape, useSite } from "../../live/hooks.tsx";
import { useAction, useOperation } from "../../live/queries.ts";
import { BackLink } from "../../ui/BackLink.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { ROLE_WORDS } from "../../words/states.ts";
import { pageOf } from "../runbooks/page-of.ts";
import { refusalOf, useMe } from "../session.ts";
import { useFindings } from "../site/use-findings.ts";
import { useProblems } from "../site/use-problems.ts";
import { type ConsentNeed, consentNeed } from "./consent-need.ts";
import { InputPickers, type InputValues, readInputs } from "./InputPickers.tsx";
import { RunbookChoice } from "./RunbookChoice.tsx";
import { suggestedWhy } from "./suggested-why.ts";

const route = getRouteApi("/inside/sites/$siteId/start");

/** Starts a runbook: what, on what, and why; the button says whether somebody is asked first. */
export function RunNewPage() {
  const { siteId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const me = useMe();
  const site = useOperation("site.get", { siteId });
  const runbooks = useOperation("runbook.list", { siteId });
  const { content } = useSite(siteId);
  const chosen = runbooks.data?.items.find((runbook) => runbook.id === search.runbook) ?? null;
  const refused = refusalOf(me, "run.start") !== null;
  const handleChoose = (runbook: RunbookId): void =>
    void navigate({
      search: { runbook, gateway: search.gateway, ...(runbook === search.runbook ? { inputs: search.inputs } : {}) },
      replace: true,
    });
  return (
    <Page
      title={words.runNew.title}
      width="narrow"
      above={<BackLink to="/sites/$siteId" params={{ siteId }} word={site.data?.name ?? words.shell.sites} />}
    >
      {refused ? (
        <Notice tone="warn" icon={mdiAccountAlertOutline}>
          {words.common.notAllowedFor(ROLE_WORDS[me.person.role])}
        </Notice>
      ) : null}
      <ErrorMessage error={runbooks.error ?? site.error} />
      {runbooks.isPending || site.isPending ? <Skeletons rows={4} height={72} /> : null}
      {runbooks.data && site.data && !refused ? (
        <Stack>
          <Outdated items={runbooks.data.notStartable} />
          <RunbookChoice runbooks={runbooks.data.items} chosen={chosen?.id ?? null} onChoose={handleChoose} />
          {chosen ? (
            <StartForm
              key={chosen.id}
              site={site.data as Site}
              content={content}
              runbook={chosen}
              prefilled={search.inputs ?? {}}
              gateway={search.gateway ?? null}
            />
          ) : null}
        </Stack>
      ) : null}
    </Page>
  );
}

/** Whoever looks here for a runbook that could be started yesterday reads what became of it, and goes where it is mended. */
function Outdated({ items }: { items: OperationOutput<"runbook.list">["notStartable"] }) {
  return items.map(({ id, title, words: why }) => {
    return (
      <Notice key={id} tone="warn" icon={mdiCancel} title={words.runNew.outdated(title)}>
        {why}{" "}
        <Link to="/runbooks/$connector/$name" params={pageOf(id)}>
          {words.runNew.toRunbook}
        </Link>
      </Notice>
    );
  });
}

interface StartFormProps {
  readonly site: Site;
  readonly content: SiteContent;
  readonly runbook: RunbookSummary;
  readonly prefilled: Readonly<Record<string, string>>;
  readonly gateway: GatewayId | null;
}

function StartForm({ site, content, runbook, prefilled, gateway }: StartFormProps) {
  const navigate = route.useNavigate();
  const [inputs, setInputs] = useState<InputValues>(() => ({ ...prefilled }));
  const [gatewayId, setGatewayId] = useState<string | null>(gateway);
  const [typed, setReason] = useState<string | null>(null);
  const [homeownerAsked, setHomeownerAsked] = useState(false);
  const gateways = useRows(content.gateways).filter((gateway) => runbook.connectors.includes(gateway.connector));
  // Redrawn when things come: what was filled in before may be one of them.
  useShape(content.devices);
  /** What is named stands at one gateway, so that need not be said again. */
  const isSaidByThing = Object.values(inputs).some((value) => isThingOf(content, String(value)));
  const start = useAction("run.start", {
    outdates: ["run.list"],
    onDone: (run) => void navigate({ to: "/runs/$runId", params: { runId: run.id } }),
  });
  const now = Date.now();
  const need = consentNeed(site, runbook, now);
  const findings = useFindings(site.id);
  const problems = useProblems(content);
  const language = need.is === "ask" ? need.contact.language : "en";
  const reason = typed ?? suggestedWhy({ inputs, findings, problems }, { language, timeZone: site.timeZone }, now);
  const submit = (rehearse: boolean): void =>
    start.mutate({
      rehearse,
      siteId: site.id,
      runbook: runbook.id,
      inputs: readInputs(runbook.inputs, inputs),
      reason,
      homeownerAsked,
      ...(gatewayId === null || isSaidByThing ? {} : { gatewayId }),
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit(false);
      }}
    >
      <Panel title={runbook.title}>
        <Stack>
          {gateways.length > 1 && !isSaidByThing ? (
            <Select
              label={words.runNew.gateway}
              data={gateways.map((gateway) => ({ value: gateway.id, label: gateway.name }))}
              value={gatewayId}
              onChange={setGatewayId}
              required
            />
          ) : null}
          <InputPickers
            inputs={runbook.inputs}
            makes={runbook.connectors}
            values={inputs}
            onChange={setInputs}
            content={content}
          />
          <Textarea
            label={words.runNew.reason}
            description={words.runNew.reasonText}
            placeholder={words.runNew.reasonExample}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            minLength={3}
            maxLength={300}
            autosize
            minRows={2}
            required
          />
          <Switch
            label={words.runNew.homeownerAsked}
            description={words.runNew.homeownerAskedText}
            checked={homeownerAsked}
            onChange={(event) => setHomeownerAsked(event.currentTarget.checked)}
          />
          <NeedNotice site={site} runbook={runbook} need={need} />
          <ErrorMessage error={start.error} />
          {runbook.readsOnly ? null : <p className="dim">{words.runNew.rehearseText}</p>}
          <Group justify="flex-end">
            {runbook.readsOnly ? null : (
              <Button
                variant="default"
                size="md"
                leftSection={<Icon path={mdiDramaMasks} />}
                loading={start.isPending}
                onClick={(event) => {
                  if (event.currentTarget.form?.reportValidity()) submit(true);
                }}
              >
                {words.runNew.rehearse}
              </Button>
            )}
            <Button type="submit" size="md" loading={start.isPending} disabled={need.is === "nobody"}>
              {need.is === "ask" ? words.runNew.askAndStart(need.contact.name) : words.runNew.start}
            </Button>
          </Group>
        </Stack>
      </Panel>
    </form>
  );
}

function isThingOf({ integrations, devices, entities, rooms }: SiteContent, id: string): boolean {
  const isThere = integrations.get(id as IntegrationId) ?? devices.get(id as DeviceId) ?? entities.get(id as EntityId);
  return isThere !== undefined || rooms.some((room) => room.id === id);
}

/** Who will be asked and with which words, before anything is pressed. */
function NeedNotice({ site, runbook, need }: { site: Site; runbook: RunbookSummary; need: ConsentNeed }) {
  if (need.is === "none") {
    return (
      <p className="need">
        <Icon path={mdiHandshakeOutline} size={18} />
        {runbook.readsOnly ? words.runNew.readsOnly : words.runNew.covered}
      </p>
    );
  }
  if (need.is === "nobody") {
    return (
      <Notice tone="warn" icon={mdiAccountAlertOutline} title={words.runNew.nobody}>
        {words.runNew.nobodyText}{" "}
        <Link to="/sites/$siteId/consent" params={{ siteId: site.id }}>
          {words.runNew.toContacts}
        </Link>
      </Notice>
    );
  }
  return (
    <div className="need-ask">
      <p>
        <Icon path={mdiEmailOutline} size={18} />
        {words.runNew.willRead(need.contact.name, need.contact.email ?? "")}
      </p>
      <blockquote>{runbook.tell}</blockquote>
      <p className="dim">{words.runNew.nothingBefore}</p>
    </div>
  );
}
