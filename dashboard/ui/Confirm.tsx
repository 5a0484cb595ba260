import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { words } from "../words/en.ts";
import { ErrorMessage } from "./ErrorMessage.tsx";

interface ConfirmProps {
  readonly title: string;
  /** What will happen, in full. */
  readonly text: string;
  /** The button says what it does, never "OK". */
  readonly action: string;
  readonly isOpen: boolean;
  readonly isDangerous?: boolean;
  readonly isBusy?: boolean;
  readonly canConfirm?: boolean;
  readonly error?: unknown;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/** Asks before something that cannot simply be taken back. */
export function Confirm(props: ConfirmProps) {
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title={props.title}
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onConfirm();
        }}
      >
        <Stack gap="md">
          <Text size="sm">{props.text}</Text>
          {props.children}
          <ErrorMessage error={props.error} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={props.onClose}>
              {words.common.cancel}
            </Button>
            <Button
              type="submit"
              loading={props.isBusy ?? false}
              disabled={props.canConfirm === false}
              {...(props.isDangerous ? { color: "red.9" } : {})}
            >
              {props.action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
