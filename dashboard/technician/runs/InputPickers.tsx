import type { InputKind, RunbookInput } from "@caretaker/protocol";
import { NumberInput, Select, Switch, TextInput } from "@mantine/core";
import type { SiteContent } from "../../live/contents.ts";
import { useRows, useShape } from "../../live/hooks.tsx";
import { words } from "../../words/en.ts";
import { type ThingChoice, thingsFor } from "./things.ts";

export type InputValues = Readonly<Record<string, string | number | boolean>>;

interface InputPickersProps {
  readonly inputs: readonly RunbookInput[];
  /** The connectors that the runbook can run on. */
  readonly makes: readonly string[];
  readonly values: InputValues;
  readonly onChange: (values: InputValues) => void;
  readonly content: SiteContent;
}

/** One picker for each thing a runbook asks for; things of the home are chosen, never typed. */
export function InputPickers({ inputs, makes, values, onChange, content }: InputPickersProps) {
  return inputs.map((input) => (
    <InputPicker
      key={input.name}
      input={input}
      makes={makes}
      value={values[input.name] ?? (input.default as string | number | boolean | undefined) ?? ""}
      onChange={(value) => onChange({ ...values, [input.name]: value })}
      content={content}
    />
  ));
}

interface InputPickerProps {
  readonly input: RunbookInput;
  readonly makes: readonly string[];
  readonly value: string | number | boolean;
  readonly onChange: (value: string | number | boolean) => void;
  readonly content: SiteContent;
}

function InputPicker({ input, makes, value, onChange, content }: InputPickerProps) {
  const things = useThings(input.type, content, makes);
  const common = { label: input.title, required: !input.optional };
  if (things !== null || input.type === "choice") {
    return (
      <Select
        {...common}
        data={things ?? [...(input.options ?? [])]}
        value={value === "" ? null : String(value)}
        onChange={(next) => onChange(next ?? "")}
        searchable
        nothingFoundMessage={words.runNew.nothingFound}
      />
    );
  }
  switch (input.type) {
    case "yesno":
      return (
        <Switch
          label={input.title}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "number":
      return <NumberInput {...common} value={typeof value === "boolean" ? "" : value} onChange={onChange} />;
    case "moment":
      return (
        <TextInput
          {...common}
          type="datetime-local"
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    default:
      return (
        <TextInput
          {...common}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
          {...(input.type === "duration" ? { placeholder: "5m" } : {})}
        />
      );
  }
}

function useThings(kind: InputKind, content: SiteContent, makes: readonly string[]): ThingChoice[] | null {
  const gateways = useRows(content.gateways);
  const integrations = useRows(content.integrations);
  const devices = useRows(content.devices);
  useShape(content.entities);
  const { rooms } = content;
  return thingsFor(kind, { gateways, integrations, devices, entities: content.entities.all(), rooms }, makes);
}

/** As the hub takes them: empty ones left out, moments in UTC. */
export function readInputs(
  inputs: readonly RunbookInput[],
  values: InputValues,
): Record<string, string | number | boolean> {
  return Object.fromEntries(
    inputs.flatMap(({ name, type, default: initial }) => {
      const value = values[name] ?? (type === "yesno" ? (initial as boolean | undefined) : undefined) ?? "";
      if (value === "") return [];
      return [[name, type === "moment" ? new Date(String(value)).toISOString() : value]];
    }),
  );
}
