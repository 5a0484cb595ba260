import "./outbox.css";
import type { MessageId, OutboxMessage } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import { mdiEmailOffOutline, mdiEmailOpenOutline, mdiEmailOutline } from "@mdi/js";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useOperation } from "../../live/queries.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { MESSAGE_LOOKS } from "../../ui/looks.ts";
import { Notice } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Since } from "../../ui/Since.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { Mark } from "../../ui/Status.tsx";
import { words } from "../../words/en.ts";
import { useMe } from "../session.ts";
import { OpenMessage } from "./OpenMessage.tsx";

const route = getRouteApi("/inside/messages");

/** What homeowners were written and whether it left. Only a simulated home's messages can be opened here. */
export function OutboxPage() {
  const me = useMe();
  const { open } = route.useSearch();
  const navigate = route.useNavigate();
  const messages = useOperation("outbox.list", { limit: 200 }, { refetchInterval: 5000 });
  const show = (id: MessageId | undefined): void =>
    void navigate({ search: id === undefined ? {} : { open: id }, replace: true });
  return (
    <Page title={words.outbox.title}>
      {me.mail === "outbox" ? (
        <div className="messages-notice">
          <Notice tone="warn" icon={mdiEmailOffOutline} title={words.setup.mailOff}>
            {words.outbox.noMail}
          </Notice>
        </div>
      ) : null}
      {messages.isPending ? <Skeletons rows={4} height={52} /> : null}
      <ErrorMessage error={messages.error} onRetry={() => void messages.refetch()} />
      {messages.data?.items.length === 0 ? (
        <EmptyState icon={mdiEmailOutline} title={words.outbox.empty} text={words.outbox.emptyText} />
      ) : null}
      {messages.data && messages.data.items.length > 0 ? (
        <Panel title={words.outbox.all} isFlush>
          <ul className="messages">
            {messages.data.items.map((message) => (
              <MessageLine key={message.id} message={message} onOpen={() => show(message.id)} />
            ))}
          </ul>
        </Panel>
      ) : null}
      {open === undefined ? null : <OpenMessage messageId={open as MessageId} onClose={() => show(undefined)} />}
    </Page>
  );
}

function MessageLine({ message, onOpen }: { message: OutboxMessage; onOpen: () => void }) {
  return (
    <li className="message">
      <Mark look={MESSAGE_LOOKS[message.status]} />
      <span className="message-main">
        <span className="message-subject">{message.subject}</span>
        <span className="cell-second">
          {words.outbox.to(message.to)} ·{" "}
          <Link to="/sites/$siteId" params={{ siteId: message.siteId }}>
            {message.siteName}
          </Link>
        </span>
        {message.error === null ? null : <span className="message-error">{message.error}</span>}
      </span>
      <Since moment={message.sentAt ?? message.createdAt} isAgo />
      {message.body === null ? null : (
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon path={mdiEmailOpenOutline} size={16} />}
          onClick={onOpen}
        >
          {words.outbox.open}
        </Button>
      )}
    </li>
  );
}
