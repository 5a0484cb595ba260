import { Anchor, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { words } from "../../words/en.ts";
import { meQuery } from "../session.ts";
import { signOut } from "../sign-out.ts";
import { DoorPage } from "./DoorPage.tsx";
import { FactorEnrolment } from "./FactorEnrolment.tsx";

const route = getRouteApi("/second-factor");

/** The first thing a new person does: nobody goes further without a second factor. */
export function SecondFactorPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  const queries = useQueryClient();
  const me = useQuery(meQuery);
  const handleDone = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: meQuery.queryKey });
    await router.navigate({ href: next?.startsWith("/") && !next.startsWith("//") ? next : "/" });
  };
  return (
    <DoorPage title={words.factor.enrolTitle}>
      <Text size="sm" mb="md">
        {words.factor.enrolRequired}
      </Text>
      <FactorEnrolment onDone={() => void handleDone()} />
      <Text size="sm" c="dimmed" mt="lg">
        {me.data?.person.email}{" "}
        <Anchor component="button" type="button" size="sm" onClick={() => void signOut()}>
          {words.shell.signOut}
        </Anchor>
      </Text>
    </DoorPage>
  );
}
