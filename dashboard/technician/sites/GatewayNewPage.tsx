import "./sites.css";
import type { Agent, Gateway, SiteId } from "@caretaker/protocol";
import { Button, Group, Radio, Stack, Switch, TextInput } from "@mantine/core";
import { mdiCheckCircle, mdiStethoscope } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useRow, useSite } from "../../live/hooks.tsx";
import { useAction, useOperation } from "../../live/queries.ts";
import { BackLink } from "../../ui/BackLink.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { GATEWAY_LOOKS } from "../../ui/looks.ts";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { reasonWords } from "../../words/reasons.ts";
import { makeIcon } from "../fleet/cells.tsx";
import { GatewayForm, type Make } from "./GatewayForm.tsx";

const route = getRouteApi("/inside/sites/$siteId/gateways/new");

/** Connects a gateway: choose, type, watch it being checked, add. */
export function GatewayNewPage() {
  const { siteId } = route.useParams();
  const site = useOperation("site.get", { siteId });
  const makes = useOperation("connector.list", {});
  const agent = useOperation("agent.get", { siteId });
  const [added, setAdded] = useState<{ gateway: Gateway; found: { rooms: number; devices: number } | null } | null>(
    null,
  );
  return (
    <Page
      title={words.gatewayNew.title}
      width="narrow"
      above={<BackLink to="/sites/$siteId" params={{ siteId }} word={site.data?.name ?? words.shell.sites} />}
    >
      <ErrorMessage error={makes.error ?? site.error ?? agent.error} />
      {makes.isPending || agent.isPending ? <Skeletons rows={2} height={90} /> : null}
      {added ? (
        <Added siteId={siteId} gateway={added.gateway} found={added.found} />
      ) : makes.data && agent.data ? (
        <NewGateway
          siteId={siteId}
          makes={makes.data.items}
          agent={agent.data.agent}
          onAdded={(gateway, found) => setAdded({ gateway, found })}
        />
      ) : null}
    </Page>
  );
}

interface NewGatewayProps {
  readonly siteId: SiteId;
  readonly makes: readonly Make[];
  readonly agent: Agent | null;
  readonly onAdded: (gateway: Gateway, found: { rooms: number; devices: number } | null) => void;
}

function NewGateway({ siteId, makes, agent, onAdded }: NewGatewayProps) {
  const [makeId, setMakeId] = useState(makes[0]?.id ?? "");
  const make = makes.find((each) => each.id === makeId);
  const [name, setName] = useState(make?.name ?? "");
  const [found, setFound] = useState<{ rooms: number; devices: number } | null>(null);
  const canGoThrough = agent !== null && agent.confirmedAt !== null;
  const [throughAgent, setThroughAgent] = useState(canGoThrough);
  const add = useAction("gateway.add", {
    outdates: ["site.get", "site.devices"],
    onDone: (gateway) => onAdded(gateway, found),
  });
  const handleMake = (id: string): void => {
    setMakeId(id);
    setName(makes.find((each) => each.id === id)?.name ?? "");
  };
  return (
    <Stack>
      <Panel title={words.gatewayNew.make}>
        <Radio.Group value={makeId} onChange={handleMake} aria-label={words.gatewayNew.make}>
          <div className="make-choices">
            {makes.map((each) => (
              <Radio.Card key={each.id} value={each.id} className="make-choice">
                <Icon path={makeIcon(each.id)} size={24} />
                <span>{each.name}</span>
                <Radio.Indicator aria-hidden="true" />
              </Radio.Card>
            ))}
          </div>
        </Radio.Group>
      </Panel>
      {make ? (
        <Panel title={words.gatewayNew.connection} text={words.gatewayNew.sealed}>
          <Stack gap="sm">
            <TextInput
              label={words.gatewayNew.name}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              required
            />
            {agent === null ? null : (
              <Switch
                label={words.gatewayNew.throughAgent}
                description={canGoThrough ? words.gatewayNew.throughAgentText : words.gatewayNew.notThroughYet}
                checked={throughAgent}
                disabled={!canGoThrough}
                onChange={(event) => setThroughAgent(event.currentTarget.checked)}
              />
            )}
            <GatewayForm
              // What was checked from here says nothing of there.
              key={`${make.id} ${throughAgent}`}
              siteId={siteId}
              throughAgent={throughAgent}
              make={make}
              action={words.gatewayNew.add}
              isBusy={add.isPending}
              error={add.error}
              onConfig={(config, seen) => {
                setFound(seen);
                add.mutate({ siteId, connector: make.id, name: name.trim() || make.name, config, throughAgent });
              }}
            />
          </Stack>
        </Panel>
      ) : null}
    </Stack>
  );
}

interface AddedProps {
  readonly siteId: SiteId;
  readonly gateway: Gateway;
  readonly found: { rooms: number; devices: number } | null;
}

/** The gateway comes to life; the next step is a health check, whose report is the first evidence. */
function Added({ siteId, gateway, found }: AddedProps) {
  const { content } = useSite(siteId);
  const live = useRow(content.gateways, gateway.id) ?? gateway;
  const runbooks = useOperation("runbook.list", { siteId });
  const healthCheck = runbooks.data?.items.find(({ id }) => id === `${gateway.connector}/health-check`);
  return (
    <Panel title={words.gatewayNew.added(gateway.name)}>
      <Stack>
        <div className="added" aria-live="polite">
          <Mark look={GATEWAY_LOOKS[live.state]} size="lg" />
          <span className="dim">{reasonWords(live.reason)}</span>
        </div>
        {found ? (
          <p className="found">
            <Icon path={mdiCheckCircle} size={20} />
            {words.gatewayNew.weSee(found.devices, found.rooms)}
          </p>
        ) : null}
        <Group>
          {healthCheck ? (
            <Button
              renderRoot={(props) => (
                <Link to="/sites/$siteId/start" params={{ siteId }} search={{ runbook: healthCheck.id }} {...props} />
              )}
              leftSection={<Icon path={mdiStethoscope} />}
            >
              {words.gatewayNew.healthCheck}
            </Button>
          ) : null}
          <Button variant="default" renderRoot={(props) => <Link to="/sites/$siteId" params={{ siteId }} {...props} />}>
            {words.gatewayNew.toSite}
          </Button>
        </Group>
      </Stack>
    </Panel>
  );
}
