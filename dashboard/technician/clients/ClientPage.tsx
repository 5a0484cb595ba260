import "../site/site.css";
import type { ClientDetails, ClientSite } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import { mdiPencilOutline } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useOperation } from "../../live/queries.ts";
import { BackLink } from "../../ui/BackLink.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { telephone } from "../../ui/telephone.ts";
import { words } from "../../words/en.ts";
import { day } from "../../words/time.ts";
import { useMay } from "../session.ts";
import { EditClient } from "./EditClient.tsx";
import { FormerContacts } from "./FormerContacts.tsx";

const route = getRouteApi("/inside/clients/$clientId");

/** Who pays for which homes, and what is kept still of a home that left. */
export function ClientPage() {
  const { clientId } = route.useParams();
  const client = useOperation("client.get", { clientId });
  const above = <BackLink to="/clients" word={words.clients.title} />;
  if (client.isError)
    return (
      <Page title={words.clients.notHere} above={above}>
        <ErrorMessage error={client.error} onRetry={() => void client.refetch()} />
      </Page>
    );
  if (!client.data)
    return (
      <Page title={words.common.loading} above={above}>
        <Skeletons rows={3} height={60} />
      </Page>
    );
  const inService = client.data.sites.filter(({ removedAt }) => removedAt === null);
  const gone = client.data.sites.filter(({ removedAt }) => removedAt !== null);
  return (
    <Page title={client.data.name} above={above} width="narrow">
      <div className="stack">
        <Reach client={client.data} />
        <Panel title={words.clients.homes} isFlush>
          {inService.length === 0 ? <p className="dim">{words.clients.noHomes}</p> : null}
          <ul className="contact-list">
            {inService.map((site) => (
              <li key={site.id} className="contact is-line">
                <Link to="/sites/$siteId" params={{ siteId: site.id }} className="fact-link">
                  {site.name}
                </Link>
                <span className="cell-second">{site.town}</span>
              </li>
            ))}
          </ul>
        </Panel>
        {gone.map((site) => (
          <GoneHome key={site.id} site={site} />
        ))}
      </div>
    </Page>
  );
}

/** How they are reached about the contract: whoever lives in a home is a contact of that home. */
function Reach({ client }: { client: ClientDetails }) {
  const may = useMay("client.update");
  const [isEditing, setEditing] = useState(false);
  return (
    <Panel
      title={words.clients.reach}
      text={words.clients.reachText}
      aside={
        may ? (
          <Button
            size="xs"
            variant="default"
            onClick={() => setEditing(true)}
            leftSection={<Icon path={mdiPencilOutline} size={15} />}
          >
            {words.clients.change}
          </Button>
        ) : undefined
      }
    >
      <p className="contact-addresses">
        {client.phone === null ? null : <a href={telephone(client.phone)}>{client.phone}</a>}
        {client.email === null ? null : <span>{client.email}</span>}
        {client.phone === null && client.email === null ? <span className="dim">{words.clients.noReach}</span> : null}
      </p>
      {isEditing ? <EditClient client={client} onClose={() => setEditing(false)} /> : null}
    </Panel>
  );
}

/** What is kept still of a home that left, until when, and of whom. */
function GoneHome({ site }: { site: ClientSite }) {
  const mayRead = useMay("ledger.list");
  if (site.removedAt === null || site.erasedAfter === null) return null;
  return (
    <Panel title={site.name} text={words.clients.gone(day(site.removedAt), day(site.erasedAfter))} isFlush>
      {mayRead ? (
        <p className="contact">
          <Link to="/ledger" search={{ site: site.id }} className="fact-link">
            {words.clients.itsLedger}
          </Link>
        </p>
      ) : null}
      <FormerContacts siteId={site.id} />
    </Panel>
  );
}
