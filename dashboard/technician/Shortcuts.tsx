import { Kbd, Modal, Stack, Switch, Table } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState, useSyncExternalStore } from "react";
import { words } from "../words/en.ts";

const STORE = "caretaker.single-keys";
const listeners = new Set<() => void>();
let isOpen = false;

function setOpen(next: boolean): void {
  isOpen = next;
  for (const listener of listeners) listener();
}

export const showShortcuts = (): void => setOpen(true);

const GO = { f: "/", r: "/runs", b: "/runbooks", l: "/ledger", m: "/messages" } as const;

function isTyping(target: EventTarget | null): boolean {
  const element = target instanceof HTMLElement ? target : null;
  return element?.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu]") !== null;
}

/** Single keys, outside of text fields only; they can be switched off (WCAG 2.1.4). */
export function Shortcuts() {
  const navigate = useNavigate();
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isOpen,
  );
  const [isOn, setOn] = useState(() => localStorage.getItem(STORE) !== "off");

  useEffect(() => {
    if (!isOn) return;
    let goAt = Number.NEGATIVE_INFINITY;
    const handleKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const destination = GO[event.key as keyof typeof GO];
      if (event.timeStamp - goAt < 1200 && destination) {
        goAt = Number.NEGATIVE_INFINITY;
        void navigate({ to: destination });
      } else if (event.key === "g") goAt = event.timeStamp;
      else if (event.key === "?") setOpen(true);
      else if (event.key === "n") void navigate({ to: "/sites/new" });
      else if (event.key === "/") {
        const search = document.querySelector<HTMLInputElement>("input[type=search]");
        if (!search) return;
        event.preventDefault();
        search.focus();
      }
    };
    document.addEventListener("keydown", handleKey);
    return () => document.removeEventListener("keydown", handleKey);
  }, [isOn, navigate]);

  const handleSwitch = (next: boolean): void => {
    setOn(next);
    localStorage.setItem(STORE, next ? "on" : "off");
  };

  return (
    <Modal
      opened={shown}
      onClose={() => setOpen(false)}
      title={words.shortcuts.title}
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <Stack>
        <Table verticalSpacing={6} withRowBorders={false}>
          <Table.Tbody>
            {words.shortcuts.list.map(([keys, meaning]) => (
              <Table.Tr key={keys}>
                <Table.Td w={90}>
                  {keys.split(" ").map((key) => (
                    <Kbd key={key} mr={4}>
                      {key}
                    </Kbd>
                  ))}
                </Table.Td>
                <Table.Td>{meaning}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Switch
          checked={isOn}
          onChange={(event) => handleSwitch(event.currentTarget.checked)}
          label={words.shortcuts.on}
          description={words.shortcuts.onText}
        />
      </Stack>
    </Modal>
  );
}
