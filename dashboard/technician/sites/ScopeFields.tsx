import { EvidenceKind, StandingScope } from "@caretaker/protocol";
import { Checkbox, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { endOfDay } from "../../homeowner/home-time.ts";
import { words } from "../../words/en.ts";
import { EVIDENCE_WORDS, SCOPE_MEANINGS, SCOPE_WORDS } from "../../words/states.ts";

export interface ConsentValues {
  readonly scopes: readonly StandingScope[];
  readonly evidence: string;
  readonly note: string;
  readonly givenBy: string;
  /** The last day, `2027-03-31`, or empty: for as long as nobody changes it. */
  readonly lastDay: string;
}

/** Nothing is ticked beforehand: a homeowner's yes is never assumed. */
export function emptyConsent(): ConsentValues {
  return { scopes: [], evidence: "", note: "", givenBy: "", lastDay: "" };
}

export function consentMistakes(consent: ConsentValues): string | null {
  return consent.evidence === "" ? words.siteNew.evidenceMissing : null;
}

export function newConsent(values: ConsentValues, fallbackName: string, timeZone: string) {
  return {
    scopes: [...values.scopes],
    evidence: EvidenceKind.parse(values.evidence),
    givenBy: values.givenBy.trim() || fallbackName,
    until: values.lastDay === "" ? null : endOfDay(values.lastDay, timeZone),
    ...(values.note.trim() === "" ? {} : { evidenceNote: values.note.trim() }),
  };
}

/** Each scope includes the ones before it: ticking one ticks those, unticking one unticks the later ones. */
export function toggled(scopes: readonly StandingScope[], scope: StandingScope): StandingScope[] {
  const rank = StandingScope.options.indexOf(scope);
  return StandingScope.options.slice(0, scopes.includes(scope) ? rank : rank + 1);
}

interface ScopeFieldsProps {
  readonly value: ConsentValues;
  readonly onChange: (value: ConsentValues) => void;
  readonly suggestedName: string;
  readonly error: ReactNode;
}

/** What the homeowner allows for good, and how we know. */
export function ScopeFields({ value, onChange, suggestedName, error }: ScopeFieldsProps) {
  return (
    <Stack>
      <Checkbox.Group aria-label={words.siteNew.consent} value={[...value.scopes]}>
        <Stack gap="xs">
          {StandingScope.options.map((scope) => (
            <Checkbox
              key={scope}
              value={scope}
              label={SCOPE_WORDS[scope]}
              description={SCOPE_MEANINGS[scope]}
              onChange={() => onChange({ ...value, scopes: toggled(value.scopes, scope) })}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <Text size="xs" c="dimmed">
        {words.siteNew.disruptiveNever}
      </Text>
      <TextInput
        type="date"
        label={words.siteNew.lastDay}
        description={words.siteNew.lastDayText}
        value={value.lastDay}
        onChange={(event) => onChange({ ...value, lastDay: event.currentTarget.value })}
      />
      <EvidenceFields
        value={value}
        onChange={(said) => onChange({ ...value, ...said })}
        suggestedName={suggestedName}
        error={error}
      />
    </Stack>
  );
}

type Evidence = Omit<ConsentValues, "scopes" | "lastDay">;

interface EvidenceFieldsProps {
  readonly value: Evidence;
  readonly onChange: (value: Evidence) => void;
  readonly suggestedName: string;
  readonly error: ReactNode;
}

/** Who said it, how, and when: the same for all that a homeowner allows or takes back. */
export function EvidenceFields({ value: all, onChange, suggestedName, error }: EvidenceFieldsProps) {
  const { evidence, note, givenBy } = all;
  const value = { evidence, note, givenBy };
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} verticalSpacing="sm">
      <Select
        label={words.siteNew.evidence}
        data={EvidenceKind.options.map((kind) => ({ value: kind, label: EVIDENCE_WORDS[kind] }))}
        value={value.evidence === "" ? null : value.evidence}
        onChange={(evidence) => onChange({ ...value, evidence: evidence ?? "" })}
        required
        error={error}
      />
      <TextInput
        label={words.siteNew.givenBy}
        value={value.givenBy}
        placeholder={suggestedName}
        onChange={(event) => onChange({ ...value, givenBy: event.currentTarget.value })}
        required={suggestedName === ""}
        autoComplete="off"
      />
      <TextInput
        label={words.siteNew.evidenceNote}
        placeholder={words.siteNew.evidenceExample}
        value={value.note}
        onChange={(event) => onChange({ ...value, note: event.currentTarget.value })}
      />
    </SimpleGrid>
  );
}
