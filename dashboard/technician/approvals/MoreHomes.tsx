import { Button, Group, NumberInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";

/** Asks for more homes within an hour than one person may act in alone. */
export function MoreHomes() {
  const [homes, setHomes] = useState(10);
  const [reason, setReason] = useState("");
  const ask = useAction("homes.more", { outdates: ["approval.list"], onDone: () => setReason("") });
  if (!useMay("homes.more")) return null;
  return (
    <Panel title={words.approvals.more} text={words.approvals.moreText}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate({ homes, reason });
        }}
      >
        <Group align="end" gap="sm">
          <NumberInput
            label={words.approvals.moreHomes}
            value={homes}
            onChange={(next) => setHomes(Number(next))}
            min={6}
            max={500}
            allowDecimal={false}
            w={140}
          />
          <TextInput
            label={words.approvals.moreReason}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            minLength={3}
            maxLength={300}
            required
            style={{ flex: "1 1 14rem" }}
          />
          <Button type="submit" loading={ask.isPending} disabled={reason.trim().length < 3}>
            {words.approvals.moreAsk}
          </Button>
        </Group>
        <ErrorMessage error={ask.error} />
      </form>
    </Panel>
  );
}
