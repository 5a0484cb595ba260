import type { FieldMistake } from "@caretaker/protocol";
import { NumberInput, PasswordInput, Select, Stack, Switch, TextInput } from "@mantine/core";
import type { SchemaField, SchemaValues } from "./schema-fields.ts";

interface SchemaFormProps {
  readonly fields: readonly SchemaField[];
  readonly values: SchemaValues;
  readonly onChange: (values: SchemaValues) => void;
  /** What the hub found wrong, shown at its field. */
  readonly mistakes?: readonly FieldMistake[];
}

/** A form made from a connector's own configuration schema. */
export function SchemaForm({ fields, values, onChange, mistakes = [] }: SchemaFormProps) {
  return (
    <Stack gap="sm">
      {fields.map((field) => (
        <SchemaInput
          key={field.name}
          field={field}
          value={values[field.name] ?? field.initial}
          error={mistakes.find((mistake) => mistake.path.split(".").at(-1) === field.name)?.message ?? null}
          onChange={(value) => onChange({ ...values, [field.name]: value })}
        />
      ))}
    </Stack>
  );
}

interface SchemaInputProps {
  readonly field: SchemaField;
  readonly value: string | number | boolean;
  readonly error: string | null;
  readonly onChange: (value: string | number | boolean) => void;
}

function SchemaInput({ field, value, error, onChange }: SchemaInputProps) {
  const common = {
    label: field.label,
    description: field.description,
    error,
    required: field.isRequired,
    name: field.name,
  };
  switch (field.kind) {
    case "switch":
      return (
        <Switch
          label={field.label}
          description={field.description}
          error={error}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "number":
      return (
        <NumberInput
          {...common}
          value={typeof value === "boolean" ? "" : value}
          onChange={onChange}
          {...(field.minimum === null ? {} : { min: field.minimum })}
          {...(field.maximum === null ? {} : { max: field.maximum })}
          hideControls
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          data={[...field.options]}
          value={String(value)}
          onChange={(next) => onChange(next ?? "")}
          allowDeselect={!field.isRequired}
        />
      );
    case "secret":
      return (
        <PasswordInput
          {...common}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
          autoComplete="off"
          data-1p-ignore
        />
      );
    case "text":
      return (
        <TextInput
          {...common}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          {...(field.isUrl ? { inputMode: "url" as const, placeholder: "http://192.168.1.20:8123" } : {})}
        />
      );
    default:
      return field.kind satisfies never;
  }
}
