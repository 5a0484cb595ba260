import { type FreezeKind, FreezeKind as FreezeKinds } from "@caretaker/protocol";
import { Button, Group, Select, TextInput } from "@mantine/core";
import { mdiSnowflake } from "@mdi/js";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";
import { FREEZE_KIND_WORDS } from "../../words/states.ts";

/** A brake is quick: what, why, and it holds within a second. */
export function FreezeForm() {
  const [kind, setKind] = useState<FreezeKind>("site");
  const [chosen, setChosen] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const subjects = useSubjects(kind);
  const subject = kind === "firm" ? "firm" : chosen;
  const freeze = useAction("freeze.set", {
    outdates: ["freeze.list", "run.list", "run.get"],
    onDone: () => {
      setChosen(null);
      setReason("");
    },
  });
  return (
    <Panel title={words.freeze.set} text={words.freeze.setText}>
      <form
        className="freeze-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (subject !== null) freeze.mutate({ kind, subject, reason });
        }}
      >
        <Select
          label={words.freeze.kind}
          data={FreezeKinds.options.map((value) => ({ value, label: FREEZE_KIND_WORDS[value] }))}
          value={kind}
          onChange={(next) => {
            setKind(FreezeKinds.options.find((each) => each === next) ?? "site");
            setChosen(null);
          }}
          allowDeselect={false}
        />
        {kind === "firm" ? null : (
          <Select
            label={words.freeze.which}
            data={subjects}
            value={chosen}
            onChange={setChosen}
            nothingFoundMessage={words.freeze.nothingFound}
            searchable
            required
          />
        )}
        <TextInput
          className="freeze-reason"
          label={words.freeze.reason}
          placeholder={words.freeze.reasonExample}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          minLength={3}
          maxLength={300}
          required
        />
        <div className="freeze-end">
          <ErrorMessage error={freeze.error} />
          <Group justify="flex-end">
            <Button
              type="submit"
              color="red"
              leftSection={<Icon path={mdiSnowflake} />}
              loading={freeze.isPending}
              disabled={subject === null || reason.trim().length < 3}
            >
              {words.freeze.act}
            </Button>
          </Group>
        </div>
      </form>
    </Panel>
  );
}

/** What there is to freeze of this kind, by the names that people know. */
function useSubjects(kind: FreezeKind): { value: string; label: string }[] {
  const isOfSites = kind === "site" || kind === "connector";
  const sites = useOperation("site.list", { limit: 2000 }, { enabled: isOfSites });
  const connectors = useOperation("connector.list", {}, { enabled: kind === "connector" });
  const runbooks = useOperation("runbook.list", {}, { enabled: kind === "runbook" });
  const people = useOperation("person.list", {}, { enabled: kind === "person" });
  switch (kind) {
    case "firm":
      return [];
    case "site":
      return (sites.data?.items ?? []).map(({ id, name, clientName }) => ({
        value: id,
        label: `${name} (${clientName})`,
      }));
    case "connector": {
      // Only makes that stand in some home: freezing another would stop nothing.
      const used = new Set((sites.data?.items ?? []).flatMap((site) => site.connectors));
      return (connectors.data?.items ?? [])
        .filter(({ id }) => used.has(id))
        .map(({ id, name }) => ({ value: id, label: name }));
    }
    case "runbook":
      return (runbooks.data?.items ?? []).map(({ id, title }) => ({ value: id, label: `${title} (${id})` }));
    case "person":
      return (people.data?.people ?? []).map(({ id, name }) => ({ value: id, label: name }));
    default:
      return kind satisfies never;
  }
}
