import "./outbox.css";
import type { MessageId } from "@caretaker/protocol";
import { Button, Modal, Stack } from "@mantine/core";
import { mdiOpenInNew } from "@mdi/js";
import { useOperation } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { words } from "../../words/en.ts";
import { homeownerLinks } from "./links.ts";

/** A simulated homeowner's mailbox: read it, and follow its link as they would. Whoever comes back finds what was behind it. */
export function OpenMessage({ messageId, onClose }: { messageId: MessageId; onClose: () => void }) {
  const message = useOperation("outbox.open", { messageId });
  const links = homeownerLinks(message.data?.body ?? "", location.origin);
  return (
    <Modal
      opened
      onClose={onClose}
      title={message.data?.subject ?? words.common.loading}
      size="lg"
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <ErrorMessage error={message.error} />
      {message.data ? (
        <Stack>
          <p className="dim">{words.outbox.to(message.data.to)}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre className="message-body" tabIndex={0}>
            {message.data.body}
          </pre>
          {links[0] === undefined ? null : (
            <Button
              component="a"
              href={links[0]}
              target="_blank"
              rel="noreferrer"
              onClick={onClose}
              leftSection={<Icon path={mdiOpenInNew} />}
            >
              {words.outbox.follow}
            </Button>
          )}
        </Stack>
      ) : null}
    </Modal>
  );
}
