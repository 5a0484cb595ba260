import "../site/site.css";
import { TextInput } from "@mantine/core";
import { mdiCardAccountDetailsOutline, mdiMagnify } from "@mdi/js";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";

const MOST = 200;

/** Whose homes do we look after? */
export function ClientListPage() {
  const [text, setText] = useState("");
  const q = text.trim();
  const clients = useOperation("client.list", { limit: MOST, ...(q === "" ? {} : { q }) }, { keep: true });
  const items = clients.data?.items ?? [];
  return (
    <Page title={words.clients.title}>
      <TextInput
        aria-label={words.clients.search}
        placeholder={words.clients.search}
        leftSection={<Icon path={mdiMagnify} size={17} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maw={360}
        mb="md"
      />
      {clients.isPending ? <Skeletons rows={4} height={44} /> : null}
      <ErrorMessage error={clients.error} onRetry={() => void clients.refetch()} />
      {clients.data && items.length === 0 ? (
        <EmptyState
          icon={mdiCardAccountDetailsOutline}
          title={q === "" ? words.clients.empty : words.clients.noneFound}
          text={words.clients.emptyText}
        />
      ) : null}
      {items.length > 0 ? (
        <Panel title={words.clients.all} isFlush>
          <ul className="contact-list">
            {items.map((client) => (
              <li key={client.id} className="contact is-line">
                <Link to="/clients/$clientId" params={{ clientId: client.id }} className="fact-link">
                  {client.name}
                </Link>
                <span className="cell-second">{[client.phone, client.email].filter(Boolean).join(" · ")}</span>
              </li>
            ))}
          </ul>
          {clients.data?.nextCursor ? <p className="dim">{words.clients.more(MOST)}</p> : null}
        </Panel>
      ) : null}
    </Page>
  );
}
