import { Button, Fieldset, Group, PasswordInput, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { api } from "../../live/api.ts";
import { auth } from "../../live/auth.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { COUNTRIES, likelyCountry, THIS_ZONE, zonesWith } from "../../ui/zones.ts";
import { words } from "../../words/en.ts";

/** The firm and its first person; then straight in, to set up the second factor. */
export function FirmForm({ token, onBack }: { token: string; onBack: () => void }) {
  const router = useRouter();
  const form = useForm({
    initialValues: {
      firm: "",
      phone: "",
      country: likelyCountry() ?? "",
      timeZone: THIS_ZONE,
      name: "",
      email: "",
      password: "",
    },
    validate: { password: (value) => (value.length < 10 ? words.setup.passwordText : null) },
  });
  const complete = useMutation({
    mutationFn: async (values: typeof form.values) => {
      const { firm, phone, country, timeZone, name, email, password } = values;
      await api("setup.complete", {
        token,
        mode: "real",
        firm: { name: firm, country, timeZone, ...(phone.trim() === "" ? {} : { phone }) },
        owner: { name, email: email.trim(), password },
      });
      await auth.signIn(email.trim(), password);
    },
    onSuccess: () => router.navigate({ to: "/" }),
  });
  const input = (field: keyof typeof form.values) => form.getInputProps(field);
  return (
    <form onSubmit={form.onSubmit((values) => complete.mutate(values))}>
      <Stack>
        <Fieldset legend={words.setup.firm} variant="unstyled">
          <SimpleGrid cols={{ base: 1, sm: 2 }} verticalSpacing="sm">
            <TextInput
              {...input("firm")}
              label={words.setup.firmName}
              description={words.setup.firmNameText}
              autoComplete="organization"
              required
              data-autofocus
            />
            <TextInput
              {...input("phone")}
              label={words.setup.firmPhone}
              description={words.setup.firmPhoneText}
              type="tel"
              autoComplete="tel"
            />
            <Select {...input("country")} label={words.setup.country} data={COUNTRIES} searchable required />
            <Select
              {...input("timeZone")}
              label={words.setup.timeZone}
              data={zonesWith(THIS_ZONE)}
              searchable
              required
              limit={50}
            />
          </SimpleGrid>
        </Fieldset>
        <Fieldset legend={words.setup.owner} variant="unstyled">
          <SimpleGrid cols={{ base: 1, sm: 2 }} verticalSpacing="sm">
            <TextInput {...input("name")} label={words.setup.name} autoComplete="name" required />
            <TextInput {...input("email")} label={words.setup.email} type="email" autoComplete="username" required />
            <PasswordInput
              {...input("password")}
              label={words.setup.password}
              description={words.setup.passwordText}
              autoComplete="new-password"
              required
            />
          </SimpleGrid>
        </Fieldset>
        <ErrorMessage error={complete.error} />
        <Group justify="space-between">
          <Button variant="default" onClick={onBack}>
            {words.common.back}
          </Button>
          <Button type="submit" loading={complete.isPending}>
            {words.setup.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
