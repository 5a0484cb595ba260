import type { Plan, PlanId, SiteId } from "@caretaker/protocol";
import { Button, Group, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";
import { PlanEditor } from "./PlanEditor.tsx";

const NONE = "none";

/** The plan by which the home is looked after: what it asks for stands in the list of raises. Those who review also make plans here. */
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
  const [edited, setEdited] = useState<Plan | "new" | null>(null);
  const items = plans.data?.items ?? [];
  const now = raises.data?.planId ?? NONE;
  const plan = items.find(({ id }) => id === now);
  if (!may && items.length === 0) return <ErrorMessage error={plans.error} onRetry={() => void plans.refetch()} />;
  if (!may) return <p>{words.plans.now(plan?.name ?? words.plans.none)}</p>;
  return (
    <>
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
          {plan === undefined ? null : (
            <Button variant="subtle" onClick={() => setEdited(plan)}>
              {words.plans.changeOf(plan.name)}
            </Button>
          )}
          <Button variant="subtle" onClick={() => setEdited("new")}>
            {words.plans.newPlan}
          </Button>
        </Group>
        <ErrorMessage error={change.error ?? plans.error} />
      </form>
      {edited === null ? null : <PlanEditor plan={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
    </>
  );
}
