import { TextInput } from "@mantine/core";
import { words } from "../words/en.ts";

interface CodeInputProps {
  readonly value: string;
  readonly onChange: (code: string) => void;
  readonly label?: string;
  readonly error?: string | null;
}

/** Six digits of an authenticator app. One field, so that pasting and password managers work. */
export function CodeInput({ value, onChange, label = words.signIn.code, error }: CodeInputProps) {
  return (
    <TextInput
      label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.replace(/\D/g, "").slice(0, 6))}
      inputMode="numeric"
      autoComplete="one-time-code"
      name="one-time-code"
      classNames={{ input: "code-input" }}
      error={error}
      required
      data-autofocus
    />
  );
}
