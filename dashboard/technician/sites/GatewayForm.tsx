import { isCaretakerError, type SiteId } from "@caretaker/protocol";
import { Button, Group, Stack } from "@mantine/core";
import { useState } from "react";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { SchemaForm } from "../../ui/SchemaForm.tsx";
import { configOf, fieldsOf, initialValues, pinnedFieldOf, type SchemaValues } from "../../ui/schema-fields.ts";
import { words } from "../../words/en.ts";
import { ChecklistView } from "./ChecklistView.tsx";
import type { Certificate } from "./checklist.ts";
import { useGatewayTest } from "./use-gateway-test.ts";

export interface Make {
  readonly id: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
}

interface GatewayFormProps {
  readonly siteId: SiteId;
  /** Whether the agent in the home reaches it. */
  readonly throughAgent: boolean;
  readonly make: Make;
  /** What happens with a gateway that passed, such as "Add this gateway". */
  readonly action: string;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onConfig: (config: Record<string, unknown>, found: { rooms: number; devices: number } | null) => void;
}

/** What a person said yes to, by the field that keeps it. */
type Pins = Readonly<Record<string, string>>;

/** What a make wants to know, the live checklist over it, and then what the form is for. */
export function GatewayForm({ siteId, throughAgent, make, action, isBusy, error, onConfig }: GatewayFormProps) {
  const fields = fieldsOf(make.config, make.secrets);
  const [values, setValues] = useState<SchemaValues>(() => initialValues(fields));
  const [pinned, setPinned] = useState<Pins>({});
  const test = useGatewayTest(siteId, throughAgent);
  const config = (pins: Pins): Record<string, unknown> => ({ ...configOf(fields, values), ...pins });
  const handleChange = (next: SchemaValues): void => {
    setValues(next);
    setPinned({});
    test.clear();
  };
  const handlePin = (certificate: Certificate): void => {
    const field = pinnedFieldOf(make.config, certificate);
    // A gateway with two doors has a pin for each.
    const pins = field === undefined ? pinned : { ...pinned, [field]: certificate.fingerprint256 };
    setPinned(pins);
    void test.run(make.id, config(pins));
  };
  const isTested = test.isDone && test.checklist.isGood;
  const { found } = test.checklist;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isTested) onConfig(config(pinned), found);
        else void test.run(make.id, config(pinned));
      }}
    >
      <Stack>
        <SchemaForm
          fields={fields}
          values={values}
          onChange={handleChange}
          mistakes={[test.error, error].flatMap((one) => (isCaretakerError(one) ? one.fields : []))}
        />
        <ChecklistView checklist={test.checklist} onPin={handlePin} />
        {isTested && found ? (
          <p className="found">{words.checklist.found(found.devices, found.rooms, found.entities)}</p>
        ) : null}
        <ErrorMessage error={test.error ?? error} />
        <Group>
          <Button type="submit" loading={test.isRunning || isBusy}>
            {isTested ? action : words.checklist.run}
          </Button>
          {isTested ? (
            <Button variant="default" onClick={() => void test.run(make.id, config(pinned))}>
              {words.checklist.again}
            </Button>
          ) : null}
        </Group>
      </Stack>
    </form>
  );
}
