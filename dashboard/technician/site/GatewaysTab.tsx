import type { Gateway } from "@caretaker/protocol";
import { Button, Modal } from "@mantine/core";
import { mdiKeyChange, mdiPlus, mdiRouterWireless, mdiTrashCanOutline } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useRows, useSite } from "../../live/hooks.tsx";
import { useAction, useOperation } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { useNow } from "../../ui/clock.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { GATEWAY_LOOKS } from "../../ui/looks.ts";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { reasonDetail, reasonWords } from "../../words/reasons.ts";
import { duration } from "../../words/time.ts";
import { SimulatedTag } from "../fleet/cells.tsx";
import { useMay } from "../session.ts";
import { GatewayForm } from "../sites/GatewayForm.tsx";
import { AgentPanel, useAgent } from "./AgentPanel.tsx";
import { WhatItCan } from "./WhatItCan.tsx";
import "../sites/sites.css";

const route = getRouteApi("/inside/sites/$siteId/gateways");

/** How we reach this home: state, reason, and what happens next. */
export function GatewaysTab() {
  const { siteId } = route.useParams();
  const { content } = useSite(siteId);
  const live = useRows(content.gateways);
  const listed = useOperation("gateway.list", { siteId });
  const hasAgent = (useAgent(siteId).data?.agent ?? null) !== null;
  const may = useMay("gateway.add");
  const gateways = live.length > 0 ? live : (listed.data?.items ?? []);
  const add = may ? (
    <Button
      size="xs"
      variant={gateways.length === 0 ? "filled" : "default"}
      renderRoot={(props) => <Link to="/sites/$siteId/gateways/new" params={{ siteId }} {...props} />}
      leftSection={<Icon path={mdiPlus} size={16} />}
    >
      {words.gatewayNew.title}
    </Button>
  ) : null;
  if (listed.isPending) return <Skeletons rows={2} height={120} />;
  if (gateways.length === 0) {
    return (
      <div className="stack">
        <EmptyState icon={mdiRouterWireless} title={words.site.noGateway} text={words.site.noGatewayText}>
          {add}
        </EmptyState>
        <AgentPanel siteId={siteId} />
      </div>
    );
  }
  const cards = [
    ...gateways.map((gateway) => <GatewayCard key={gateway.id} gateway={gateway} />),
    <div key="add">{add}</div>,
  ];
  // All behind an agent depends on it: that its household has stopped it is seen first. By its key it stays the same panel
  // when the agent comes in, with the dialog that is open over it.
  const agent = <AgentPanel key="agent" siteId={siteId} />;
  return <div className="stack">{hasAgent ? [agent, ...cards] : [...cards, agent]}</div>;
}

function GatewayCard({ gateway }: { gateway: Gateway }) {
  const mayReplace = useMay("gateway.credentials.replace");
  const mayRemove = useMay("gateway.remove");
  const [dialog, setDialog] = useState<"replace" | "remove" | null>(null);
  const detail = reasonDetail(gateway.reason);
  return (
    <Panel
      title={gateway.name}
      aside={
        <>
          {gateway.isSimulated ? <SimulatedTag /> : null}
          <code>{gateway.address}</code>
        </>
      }
    >
      <div className="gateway-state">
        <Mark look={GATEWAY_LOOKS[gateway.state]} size="lg" />
        <p>
          {reasonWords(gateway.reason)} · <Since moment={gateway.since} />
          {gateway.nextTryAt === null ? null : <NextTry at={gateway.nextTryAt} />}
        </p>
        {detail === null ? null : <p className="dim">{detail}</p>}
      </div>
      <dl className="facts">
        <dt>{words.gateways.make}</dt>
        <dd>{[gateway.connectorName, gateway.version].filter(Boolean).join(" ")}</dd>
        {gateway.via === "direct" ? null : (
          <>
            <dt>{words.gateways.reached}</dt>
            <dd>{words.gateways.throughAgent}</dd>
          </>
        )}
        <dt>{words.gateways.lastSeen}</dt>
        <dd>
          <Since moment={gateway.lastSeenAt} isAgo />
        </dd>
        {gateway.isAdmin === null ? null : (
          <>
            <dt>{words.gateways.rights}</dt>
            <dd>{gateway.isAdmin ? words.gateways.admin : words.gateways.notAdmin}</dd>
          </>
        )}
        {gateway.garbage > 0 ? (
          <>
            <dt>{words.gateways.garbage}</dt>
            <dd>{words.gateways.garbageText(gateway.garbage)}</dd>
          </>
        ) : null}
      </dl>
      <WhatItCan gateway={gateway} />
      <div className="gateway-actions">
        {mayReplace ? (
          <Button
            size="xs"
            variant={gateway.state === "credentials_refused" ? "filled" : "default"}
            leftSection={<Icon path={mdiKeyChange} size={16} />}
            onClick={() => setDialog("replace")}
          >
            {words.gateways.replace}
          </Button>
        ) : null}
        {mayRemove ? (
          <Button
            size="xs"
            variant="subtle"
            color="red"
            leftSection={<Icon path={mdiTrashCanOutline} size={16} />}
            onClick={() => setDialog("remove")}
          >
            {words.gateways.remove}
          </Button>
        ) : null}
      </div>
      {dialog === "replace" ? <ReplaceCredentials gateway={gateway} onClose={() => setDialog(null)} /> : null}
      <RemoveGateway gateway={gateway} isOpen={dialog === "remove"} onClose={() => setDialog(null)} />
    </Panel>
  );
}

function NextTry({ at }: { at: string }) {
  const now = useNow("fast");
  const seconds = (Date.parse(at) - now) / 1000;
  return (
    <span className="dim num">
      {" "}
      · {seconds > 0 ? words.gateways.nextTry(duration(seconds)) : words.gateways.tryingNow}
    </span>
  );
}

function ReplaceCredentials({ gateway, onClose }: { gateway: Gateway; onClose: () => void }) {
  const makes = useOperation("connector.list", {});
  const make = makes.data?.items.find((each) => each.id === gateway.connector);
  const replace = useAction("gateway.credentials.replace", { outdates: ["gateway.list", "site.get"], onDone: onClose });
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.gateways.replace}
      size="lg"
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <p className="dim">{words.gateways.replaceText}</p>
      {make ? (
        <GatewayForm
          siteId={gateway.siteId}
          throughAgent={gateway.via === "agent"}
          make={make}
          action={words.gateways.replace}
          isBusy={replace.isPending}
          error={replace.error}
          onConfig={(config) => replace.mutate({ gatewayId: gateway.id, config })}
        />
      ) : (
        <Skeletons rows={2} height={48} />
      )}
    </Modal>
  );
}

function RemoveGateway({ gateway, isOpen, onClose }: { gateway: Gateway; isOpen: boolean; onClose: () => void }) {
  const remove = useAction("gateway.remove", {
    outdates: ["gateway.list", "site.get", "site.devices"],
    onDone: onClose,
  });
  return (
    <Confirm
      title={words.gateways.removeTitle(gateway.name)}
      text={words.gateways.removeText}
      action={words.gateways.remove}
      isOpen={isOpen}
      isDangerous
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ gatewayId: gateway.id })}
      onClose={onClose}
    />
  );
}
