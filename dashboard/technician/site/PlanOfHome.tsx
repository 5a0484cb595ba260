import type { PlanId, SiteId } from "@caretaker/protocol";
import { Button, Group, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";

const NONE = "none";

/** The plan by which the home is looked after: what it asks for stands in the list of raises. Nothing where the firm has no plans. */
export function PlanOfHome({ siteId }: { siteId: SiteId }) {
  const plans = useOperation("plan.list", {});
  const raises = useOperation("raise.list", { siteId });
  const may = useMay("site.plan.set");
  const [chosen, setChosen] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const change = useAction("site.plan.set", {
    outdates: ["raise.list", "plan.list", "ledger.list"],
    onDone: () => {
      setChosen(null);
      setReason("");
    },
  });
  const items = plans.data?.items ?? [];
  if (items.length === 0) return <ErrorMessage error={plans.error} onRetry={() => void plans.refetch()} />;
  const now = raises.data?.planId ?? NONE;
  if (!may) return <p>{words.plans.now(items.find(({ id }) => id === now)?.name ?? words.plans.none)}</p>;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== null) change.mutate({ siteId, planId: chosen === NONE ? null : (chosen as PlanId), reason });
      }}
    >
      <Group align="end" gap="sm">
        <Select
          label={words.plans.plan}
          data={[
            { value: NONE, label: words.plans.none },
            ...items.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={chosen ?? now}
          onChange={setChosen}
          allowDeselect={false}
        />
        <TextInput
          label={words.plans.reason}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          minLength={3}
          maxLength={300}
          required
          style={{ flex: "1 1 14rem" }}
        />
        <Button
          type="submit"
          loading={change.isPending}
          disabled={chosen === null || chosen === now || reason.trim().length < 3}
        >
          {words.plans.change}
        </Button>
      </Group>
      <ErrorMessage error={change.error} />
    </form>
  );
}
