import { EMERGENCY_ACTS, EmergencyAct, type EmergencyConsent, EmergencyEvidence, type Site } from "@caretaker/protocol";
import { Button, Checkbox, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { Confirm } from "../../ui/Confirm.tsx";
import { useNow } from "../../ui/clock.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { capabilityWords } from "../../words/capabilities.ts";
import { words } from "../../words/en.ts";
import { EVIDENCE_WORDS } from "../../words/states.ts";
import { day, dayAndTime } from "../../words/time.ts";
import { useMay } from "../session.ts";

/** What the household agreed to for emergencies: off unless it did. */
export function Emergency({ site }: { site: Site }) {
  const terms = useOperation("emergency.get", { siteId: site.id });
  const maySet = useMay("emergency.set");
  const [open, setOpen] = useState<"set" | "end" | null>(null);
  const agreed = terms.data?.emergency ?? null;
  const handleClose = (): void => setOpen(null);
  return (
    <Panel
      title={words.emergency.title}
      text={words.emergency.text}
      aside={
        maySet && terms.data ? (
          <Button size="xs" variant="default" onClick={() => setOpen("set")}>
            {agreed === null ? words.emergency.set : words.emergency.change}
          </Button>
        ) : undefined
      }
    >
      <ErrorMessage error={terms.error} onRetry={() => void terms.refetch()} />
      {agreed === null ? (
        <p className="dim">{words.emergency.off}</p>
      ) : (
        <Agreed site={site} agreed={agreed} onEnd={() => setOpen("end")} />
      )}
      {open === "set" ? <SetEmergency site={site} agreed={agreed} onClose={handleClose} /> : null}
      {open === "end" ? <EndEmergency site={site} onClose={handleClose} /> : null}
    </Panel>
  );
}

function Agreed({ site, agreed, onEnd }: { site: Site; agreed: EmergencyConsent; onEnd: () => void }) {
  const now = useNow();
  const mayEnd = useMay("emergency.end");
  return (
    <div className="contact">
      <div className="contact-main">
        <p className="contact-name">{agreed.capabilities.map(capabilityWords).join(" · ")}</p>
        <p className="dim">
          {agreed.atNight ? words.emergency.atNight : words.emergency.notAtNight} ·{" "}
          {words.consent.by(agreed.givenBy, day(agreed.setAt, site.timeZone))} · {EVIDENCE_WORDS[agreed.evidence]}
          {agreed.evidenceNote === null ? "" : `: ${agreed.evidenceNote}`}
        </p>
        {Date.parse(agreed.restsUntil) > now ? (
          <p className="dim">{words.emergency.rests(dayAndTime(agreed.restsUntil, site.timeZone))}</p>
        ) : null}
      </div>
      {mayEnd ? (
        <Button size="xs" variant="subtle" onClick={onEnd}>
          {words.emergency.end}
        </Button>
      ) : null}
    </div>
  );
}

interface FormProps {
  readonly site: Site;
  readonly agreed: EmergencyConsent | null;
  readonly onClose: () => void;
}

function SetEmergency({ site, agreed, onClose }: FormProps) {
  const [acts, setActs] = useState<readonly EmergencyAct[]>(agreed?.capabilities ?? []);
  const [atNight, setAtNight] = useState(agreed?.atNight ?? false);
  const [evidence, setEvidence] = useState<string | null>(agreed?.evidence ?? null);
  const [note, setNote] = useState(agreed?.evidenceNote ?? "");
  const [givenBy, setGivenBy] = useState(
    agreed?.givenBy ?? site.contacts.find((contact) => contact.role === "owner")?.name ?? "",
  );
  const set = useAction("emergency.set", { outdates: ["emergency.get", "ledger.list"], onDone: onClose });
  const handleSubmit = (): void =>
    set.mutate({
      siteId: site.id,
      capabilities: [...acts],
      atNight,
      evidence: EmergencyEvidence.parse(evidence),
      givenBy,
      ...(note.trim() === "" ? {} : { evidenceNote: note.trim() }),
    });
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.emergency.setTitle}
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
          <p className="line-notice">{words.emergency.told}</p>
          <Checkbox.Group
            label={words.emergency.acts}
            value={[...acts]}
            onChange={(values) => setActs(values.map((value) => EmergencyAct.parse(value)))}
          >
            <Stack gap="xs" mt="xs">
              {EMERGENCY_ACTS.map((act) => (
                <Checkbox key={act} value={act} label={capabilityWords(act)} />
              ))}
            </Stack>
          </Checkbox.Group>
          <Checkbox
            label={words.emergency.atNight}
            checked={atNight}
            onChange={(event) => setAtNight(event.currentTarget.checked)}
          />
          <Select
            label={words.siteNew.evidence}
            data={EmergencyEvidence.options.map((kind) => ({ value: kind, label: EVIDENCE_WORDS[kind] }))}
            value={evidence}
            onChange={setEvidence}
            required
          />
          <TextInput
            label={words.siteNew.givenBy}
            value={givenBy}
            onChange={(event) => setGivenBy(event.currentTarget.value)}
            required
            autoComplete="off"
          />
          <TextInput
            label={words.siteNew.evidenceNote}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <ErrorMessage error={set.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {words.common.cancel}
            </Button>
            <Button
              type="submit"
              loading={set.isPending}
              disabled={acts.length === 0 || evidence === null || givenBy.trim() === ""}
            >
              {words.emergency.set}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function EndEmergency({ site, onClose }: { site: Site; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const end = useAction("emergency.end", { outdates: ["emergency.get", "ledger.list"], onDone: onClose });
  return (
    <Confirm
      title={words.emergency.endTitle}
      text={words.emergency.endText}
      action={words.emergency.end}
      isOpen
      isBusy={end.isPending}
      canConfirm={reason.trim().length >= 3}
      error={end.error}
      onConfirm={() => end.mutate({ siteId: site.id, reason })}
      onClose={onClose}
    >
      <TextInput
        label={words.emergency.reason}
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
