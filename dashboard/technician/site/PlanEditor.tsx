import { ActionCapability, type Plan, type PlanRaise } from "@caretaker/protocol";
import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { capabilityWords } from "../../words/capabilities.ts";
import { words } from "../../words/en.ts";
import { SCOPE_WORDS } from "../../words/states.ts";

type Asked = "catalogue" | "fix" | "disruptive" | "private";

const CHOICES: readonly { readonly value: Asked; readonly label: string }[] = [
  { value: "catalogue", label: words.plans.catalogue },
  { value: "fix", label: words.raises.atLeast(SCOPE_WORDS.fix) },
  { value: "disruptive", label: words.raises.always },
  { value: "private", label: words.raises.private },
];

/** A new plan, or another text of one: what it is called, and what it asks for of each kind of act. */
export function PlanEditor({ plan, onClose }: { plan: Plan | null; onClose: () => void }) {
  const [name, setName] = useState(plan?.name ?? "");
  const [raises, setRaises] = useState<readonly PlanRaise[]>(plan?.raises ?? []);
  const [reason, setReason] = useState("");
  const make = useAction("plan.make", { outdates: ["plan.list", "ledger.list"], onDone: onClose });
  const update = useAction("plan.update", { outdates: ["plan.list", "raise.list", "ledger.list"], onDone: onClose });
  const said = { name, raises: [...raises], reason };
  return (
    <Confirm
      title={plan === null ? words.plans.newPlan : words.plans.changeOf(plan.name)}
      text={words.plans.editorText(plan?.homes ?? 0)}
      action={plan === null ? words.plans.make : words.plans.save}
      isOpen
      isBusy={make.isPending || update.isPending}
      canConfirm={name.trim() !== "" && reason.trim().length >= 3}
      error={make.error ?? update.error}
      onConfirm={() =>
        plan === null ? make.mutate(said) : update.mutate({ ...said, planId: plan.id, version: plan.version })
      }
      onClose={onClose}
    >
      <TextInput
        label={words.plans.name}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={120}
        required
        data-autofocus
      />
      {ActionCapability.options.map((capability) => (
        <Select
          key={capability}
          label={capabilityWords(capability)}
          data={CHOICES}
          value={askedFor(raises, capability)}
          onChange={(value) => setRaises(withChoice(raises, capability, value as Asked))}
          allowDeselect={false}
        />
      ))}
      <TextInput
        label={words.plans.reason}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minLength={3}
        maxLength={300}
        required
      />
    </Confirm>
  );
}

function askedFor(raises: readonly PlanRaise[], capability: PlanRaise["capability"]): Asked {
  const raise = raises.find((one) => one.capability === capability);
  return raise === undefined ? "catalogue" : raise.private ? "private" : (raise.scope ?? "catalogue");
}

/** What is made private keeps the scope that was asked for beside it. */
function withChoice(raises: readonly PlanRaise[], capability: PlanRaise["capability"], asked: Asked): PlanRaise[] {
  const others = raises.filter((one) => one.capability !== capability);
  if (asked === "catalogue") return others;
  const before = raises.find((one) => one.capability === capability);
  const raise: PlanRaise =
    asked === "private"
      ? { capability, scope: before?.scope ?? null, private: true }
      : { capability, scope: asked, private: false };
  return [...others, raise];
}
