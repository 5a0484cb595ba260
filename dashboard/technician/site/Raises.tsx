import { ActionCapability, type DeviceId, type ScopeRaise, type SiteId } from "@caretaker/protocol";
import { Button, Checkbox, Group, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { capabilityWords } from "../../words/capabilities.ts";
import { words } from "../../words/en.ts";
import { SCOPE_WORDS } from "../../words/states.ts";
import { day } from "../../words/time.ts";
import { useMay } from "../session.ts";
import { PlanOfHome } from "./PlanOfHome.tsx";

const HOME = "home";

/** Where more has to be allowed than the make's catalogue says: a fish tank on a plug, a child's room. */
export function Raises({ siteId }: { siteId: SiteId }) {
  const raises = useOperation("raise.list", { siteId });
  const mayRaise = useMay("raise.set");
  const [lifting, setLifting] = useState<ScopeRaise | null>(null);
  const items = raises.data?.items ?? [];
  return (
    <Panel title={words.raises.title} text={words.raises.text}>
      <ErrorMessage error={raises.error} onRetry={() => void raises.refetch()} />
      <ul className="contact-list">
        {items.map((raise) => (
          <RaiseLine
            key={`${raise.planName ?? ""} ${raise.deviceId ?? HOME} ${raise.capability ?? ""}`}
            raise={raise}
            onLift={() => setLifting(raise)}
          />
        ))}
      </ul>
      {mayRaise ? <RaiseForm siteId={siteId} /> : null}
      <PlanOfHome siteId={siteId} />
      {lifting === null ? null : <Lift siteId={siteId} raise={lifting} onClose={() => setLifting(null)} />}
    </Panel>
  );
}

function RaiseLine({ raise, onLift }: { raise: ScopeRaise; onLift: () => void }) {
  const mayLift = useMay("raise.lift");
  return (
    <li className="contact">
      <div className="contact-main">
        <p className="contact-name">{nameOf(raise)}</p>
        <p className="dim">
          {raise.planName === null ? "" : `${words.plans.by(raise.planName)} · `}“{raise.reason}” · {raise.setBy},{" "}
          {day(raise.setAt)}
        </p>
      </div>
      {raise.scope === null ? null : <span className="tag">{words.raises.atLeast(SCOPE_WORDS[raise.scope])}</span>}
      {raise.private ? <span className="tag">{words.raises.private}</span> : null}
      {mayLift && raise.planName === null ? (
        <Button size="xs" variant="subtle" aria-label={words.raises.liftOf(nameOf(raise))} onClick={onLift}>
          {words.raises.lift}
        </Button>
      ) : null}
    </li>
  );
}

function RaiseForm({ siteId }: { siteId: SiteId }) {
  const devices = useOperation("site.devices", { siteId });
  const [what, setWhat] = useState<string>(HOME);
  const [capability, setCapability] = useState<ScopeRaise["capability"]>(null);
  const [scope, setScope] = useState<"fix" | "disruptive" | null>("disruptive");
  const [isPrivate, setPrivate] = useState(false);
  const [reason, setReason] = useState("");
  const raise = useAction("raise.set", { outdates: ["raise.list", "ledger.list"], onDone: () => setReason("") });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const of = {
          ...(what === HOME ? {} : { deviceId: what as DeviceId }),
          ...(capability === null ? {} : { capability }),
        };
        raise.mutate({ siteId, ...of, scope, private: isPrivate, reason });
      }}
    >
      <Group align="end" gap="sm">
        <Select
          label={words.raises.what}
          data={[
            { value: HOME, label: words.raises.home },
            ...(devices.data?.devices ?? []).map(({ id, name }) => ({ value: id as string, label: name })),
          ]}
          value={what}
          onChange={(value) => setWhat(value ?? HOME)}
          allowDeselect={false}
          searchable
        />
        <Select
          label={words.raises.doing}
          placeholder={words.raises.anything}
          data={ActionCapability.options.map((name) => ({ value: name, label: capabilityWords(name) }))}
          value={capability}
          onChange={(value) => setCapability(ActionCapability.nullable().parse(value))}
          clearable
        />
        <Select
          label={words.raises.needs}
          data={[
            { value: "disruptive", label: words.raises.always },
            { value: "fix", label: words.raises.atLeast(SCOPE_WORDS.fix) },
          ]}
          value={scope}
          onChange={(value) => setScope(value === "fix" || value === "disruptive" ? value : null)}
          clearable
        />
        <TextInput
          label={words.raises.reason}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          minLength={3}
          maxLength={300}
          required
          style={{ flex: "1 1 14rem" }}
        />
        <Checkbox
          label={words.raises.private}
          checked={isPrivate}
          onChange={(event) => setPrivate(event.currentTarget.checked)}
        />
        <Button
          type="submit"
          loading={raise.isPending}
          disabled={reason.trim().length < 3 || (scope === null && !isPrivate)}
        >
          {words.raises.raise}
        </Button>
      </Group>
      <ErrorMessage error={raise.error ?? devices.error} />
    </form>
  );
}

function Lift({ siteId, raise, onClose }: { siteId: SiteId; raise: ScopeRaise; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const lift = useAction("raise.lift", { outdates: ["raise.list", "ledger.list"], onDone: onClose });
  return (
    <Confirm
      title={words.raises.liftOf(nameOf(raise))}
      text={words.raises.liftText}
      action={words.raises.lift}
      isOpen
      isBusy={lift.isPending}
      canConfirm={reason.trim().length >= 3}
      error={lift.error}
      onConfirm={() =>
        lift.mutate({
          siteId,
          ...(raise.deviceId === null ? {} : { deviceId: raise.deviceId }),
          ...(raise.capability === null ? {} : { capability: raise.capability }),
          reason,
        })
      }
      onClose={onClose}
    >
      <TextInput
        label={words.raises.reason}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minLength={3}
        maxLength={300}
        required
        data-autofocus
      />
    </Confirm>
  );
}

function nameOf({ deviceName, capability }: ScopeRaise): string {
  const thing = deviceName ?? words.raises.home;
  return capability === null ? thing : `${thing}: ${capabilityWords(capability)}`;
}
