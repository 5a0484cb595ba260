import { Kbd, Modal, Stack, Switch, Table } from "@mantine/core";
import { words } from "../words/en.ts";
import { shortcutSheet } from "./shortcut-sheet.ts";

/** What each key does, and the switch that takes them all away. */
export default function ShortcutSheet({ isOn }: { isOn: boolean }) {
  return (
    <Modal
      opened
      onClose={() => shortcutSheet.setOpen(false)}
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
          onChange={(event) => shortcutSheet.setOn(event.currentTarget.checked)}
          label={words.shortcuts.on}
          description={words.shortcuts.onText}
        />
      </Stack>
    </Modal>
  );
}
