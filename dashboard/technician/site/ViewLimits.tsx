import { EntityKind, type EntityState, type Room, type RoomId, type Site, type ViewLimit } from "@caretaker/protocol";
import { Button, Group, Modal, Select, Stack } from "@mantine/core";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";
import { ENTITY_KIND_WORDS, EVIDENCE_WORDS } from "../../words/states.ts";
import { day } from "../../words/time.ts";
import { useMay } from "../session.ts";
import { consentMistakes, EvidenceFields, emptyConsent, newConsent } from "../sites/ScopeFields.tsx";

/** What the homeowner does not want us to see: a room, a kind of thing, or what is measured. */
export function ViewLimits({ site }: { site: Site }) {
  const view = useOperation("view.get", { siteId: site.id });
  const mayNarrow = useMay("view.narrow");
  const mayWiden = useMay("view.widen");
  const [change, setChange] = useState<"narrow" | ViewLimit | null>(null);
  const limits = view.data?.limits ?? [];
  return (
    <Panel
      title={words.viewLimits.title}
      text={words.viewLimits.text}
      aside={
        mayNarrow ? (
          <Button size="xs" variant="default" onClick={() => setChange("narrow")}>
            {words.viewLimits.narrow}
          </Button>
        ) : undefined
      }
    >
      <ErrorMessage error={view.error} onRetry={() => void view.refetch()} />
      {limits.length === 0 && view.data ? <p className="dim">{words.viewLimits.none}</p> : null}
      <ul className="contact-list">
        {limits.map((limit) => (
          <li key={keyOf(limit)} className="contact">
            <div className="contact-main">
              <p className="contact-name">{nameOf(limit)}</p>
              <p className="dim">
                {words.consent.by(limit.givenBy, day(limit.setAt, site.timeZone))} · {EVIDENCE_WORDS[limit.evidence]}
                {limit.evidenceNote === null ? "" : `: ${limit.evidenceNote}`} · {words.viewLimits.setBy(limit.setBy)}
              </p>
            </div>
            {mayWiden ? (
              <Button
                size="xs"
                variant="subtle"
                aria-label={words.viewLimits.widenOf(nameOf(limit))}
                onClick={() => setChange(limit)}
              >
                {words.viewLimits.widen}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {change === null ? null : (
        <ChangeView site={site} limit={change === "narrow" ? null : change} onClose={() => setChange(null)} />
      )}
    </Panel>
  );
}

/** Both ways need to know who said it, how and when; only seeing again needs a fresh second factor. */
function ChangeView({ site, limit, onClose }: { site: Site; limit: ViewLimit | null; onClose: () => void }) {
  const [part, setPart] = useState<string | null>(limit === null ? null : keyOf(limit));
  const [values, setValues] = useState(emptyConsent);
  const [mistake, setMistake] = useState<string | null>(null);
  const outdates = ["view.get", "ledger.list"] as const;
  const narrow = useAction("view.narrow", { outdates: [...outdates], onDone: onClose });
  const widen = useAction("view.widen", { outdates: [...outdates], onDone: onClose });
  const change = limit === null ? narrow : widen;
  const suggested = site.contacts.find((contact) => contact.role === "owner")?.name ?? "";
  const handleSubmit = (): void => {
    const wrong = consentMistakes(values);
    setMistake(wrong);
    if (wrong !== null || part === null) return;
    const { scopes: _, until: __, ...evidence } = newConsent(values, suggested, site.timeZone);
    change.mutate({ siteId: site.id, ...partsOf(part), ...evidence });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={limit === null ? words.viewLimits.narrowTitle : words.viewLimits.widenOf(nameOf(limit))}
      size="lg"
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          handleSubmit();
        }}
      >
        <Stack>
          {limit === null ? <PartField site={site} value={part} onChange={setPart} /> : null}
          <p className="line-notice">{limit === null ? words.viewLimits.narrowText : words.viewLimits.widenText}</p>
          <EvidenceFields
            value={values}
            onChange={(said) => setValues({ ...values, ...said })}
            suggestedName={suggested}
            error={mistake}
          />
          <ErrorMessage error={change.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {words.common.cancel}
            </Button>
            <Button type="submit" loading={change.isPending} disabled={part === null}>
              {limit === null ? words.viewLimits.narrow : words.viewLimits.widen}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface PartFieldProps {
  readonly site: Site;
  readonly value: string | null;
  readonly onChange: (part: string | null) => void;
}

function PartField({ site, value, onChange }: PartFieldProps) {
  const devices = useOperation("site.devices", { siteId: site.id });
  const entities = useOperation("site.entities", { siteId: site.id });
  return (
    <>
      <Select
        label={words.viewLimits.what}
        data={choices(devices.data?.rooms ?? [], entities.data?.items ?? [])}
        value={value}
        onChange={onChange}
        nothingFoundMessage={words.viewLimits.nothingFound}
        searchable
        required
        data-autofocus
      />
      <ErrorMessage error={devices.error ?? entities.error} />
    </>
  );
}

/** The rooms of the home, and of kinds and classes those that it has. */
function choices(rooms: readonly Room[], entities: readonly EntityState[]) {
  const kinds = new Set(entities.map(({ kind }) => kind));
  const classes = new Set(entities.map(({ deviceClass }) => deviceClass).filter((name) => name !== null));
  return [
    { group: words.viewLimits.rooms, items: rooms.map(({ id, name }) => ({ value: `room:${id}`, label: name })) },
    {
      group: words.viewLimits.kinds,
      items: [...kinds].map((kind) => ({ value: `kind:${kind}`, label: ENTITY_KIND_WORDS[kind] })),
    },
    {
      group: words.viewLimits.classes,
      items: [...classes].sort().map((name) => ({ value: `class:${name}`, label: classWords(name) })),
    },
  ];
}

function partsOf(part: string) {
  const [what, name] = [part.slice(0, part.indexOf(":")), part.slice(part.indexOf(":") + 1)];
  return {
    rooms: what === "room" ? [name as RoomId] : [],
    kinds: what === "kind" ? [EntityKind.parse(name)] : [],
    classes: what === "class" ? [name] : [],
  };
}

function keyOf({ roomId, kind, deviceClass }: ViewLimit): string {
  if (roomId !== null) return `room:${roomId}`;
  return kind === null ? `class:${deviceClass}` : `kind:${kind}`;
}

function nameOf({ roomName, kind, deviceClass }: ViewLimit): string {
  if (kind !== null) return ENTITY_KIND_WORDS[kind];
  return deviceClass === null ? (roomName ?? words.viewLimits.goneRoom) : classWords(deviceClass);
}

function classWords(name: string): string {
  return words.viewLimits.measured(name.replaceAll("_", " "));
}
