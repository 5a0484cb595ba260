import { SegmentedControl, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useState } from "react";
import { useOperation } from "../../live/queries.ts";
import { words } from "../../words/en.ts";

interface ClientValues {
  client: { existing: string; name: string; phone: string; email: string };
}

/** Whose home it is: somebody new, or a client we already look after. */
export function ClientFields<V extends ClientValues>({ form }: { form: UseFormReturnType<V> }) {
  const [which, setWhich] = useState<"new" | "existing">("new");
  const clients = useOperation("client.list", { limit: 500 }, { enabled: which === "existing" });
  const handleWhich = (next: "new" | "existing"): void => {
    setWhich(next);
    form.setValues((before) => ({ ...before, client: { existing: "", name: "", phone: "", email: "" } }));
  };
  return (
    <Stack gap="sm">
      <SegmentedControl
        value={which}
        onChange={(next) => handleWhich(next === "existing" ? "existing" : "new")}
        data={[
          { value: "new", label: words.siteNew.newClient },
          { value: "existing", label: words.siteNew.existingClient },
        ]}
        aria-label={words.siteNew.client}
      />
      {which === "existing" ? (
        <Select
          {...form.getInputProps("client.existing")}
          label={words.siteNew.client}
          data={(clients.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          searchable
          required
          nothingFoundMessage={words.siteNew.noClient}
        />
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 3 }} verticalSpacing="sm">
          <TextInput {...form.getInputProps("client.name")} label={words.siteNew.clientName} required />
          <TextInput
            {...form.getInputProps("client.phone")}
            label={words.siteNew.phone}
            type="tel"
            autoComplete="off"
          />
          <TextInput
            {...form.getInputProps("client.email")}
            label={words.siteNew.email}
            type="email"
            autoComplete="off"
          />
        </SimpleGrid>
      )}
    </Stack>
  );
}
