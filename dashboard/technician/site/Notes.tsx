import type { Site } from "@caretaker/protocol";
import { Button, Group, Textarea } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";

/** What the next colleague should know of this home. */
export function Notes({ site }: { site: Site }) {
  const [notes, setNotes] = useState(site.notes);
  const save = useAction("site.update", { outdates: ["site.get"] });
  const isChanged = notes !== site.notes;
  return (
    <Panel title={words.site.notes}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ siteId: site.id, version: site.version, notes });
        }}
      >
        <Textarea
          aria-label={words.site.notes}
          placeholder={words.site.notesText}
          value={notes}
          onChange={(event) => setNotes(event.currentTarget.value)}
          autosize
          minRows={2}
          maxRows={14}
        />
        <ErrorMessage error={save.error} />
        {isChanged ? (
          <Group justify="flex-end" mt="xs">
            <Button size="xs" type="submit" loading={save.isPending}>
              {words.common.save}
            </Button>
          </Group>
        ) : null}
      </form>
    </Panel>
  );
}
